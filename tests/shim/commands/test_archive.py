import time
from pathlib import Path

import orjson
import pytest
import typer
from typer.testing import CliRunner

from shim import cassette, corpusfile
from shim.commands import archive
from shim.exchange import Case, Exchange, Interaction, Request, Response, Run
from shim.store import Record, Store

GOLDEN = Path(__file__).parents[3] / "recordings" / "golden"
SECRET = "sk-ant-api03-a-real-secret"


@pytest.fixture
def shim(tmp_path):
    app = typer.Typer()
    app.command("import")(archive.import_)
    app.command()(archive.export)
    app.command()(archive.purge)

    def run(*words):
        return CliRunner().invoke(app, [*map(str, words), "--data-dir", str(tmp_path / "data")])

    return run


def live(tmp_path, began):
    with Store(tmp_path / "data" / "recordings.db") as store:
        exchange = Exchange(Request("POST", "/v1/messages"), Response(200, (), (b"x" * 600,)))
        return store.exchanges.add(Record(exchange, began=began, endpoint="POST /v1/messages"))


def test_golden_recordings_go_in_and_come_out_as_they_were(shim, tmp_path):
    golden = GOLDEN / "core-chat-compat.jsonl.gz"
    assert shim("import", golden).exit_code == 0
    told = shim("export", tmp_path / "out.jsonl.gz", "--json")
    cases = list(corpusfile.read(golden))
    assert orjson.loads(told.stdout) == {"cases": len(cases)}
    found = {case.full_name: case for case in corpusfile.read(tmp_path / "out.jsonl.gz")}
    assert set(found) == {case.full_name for case in cases}
    for case in cases:
        mine = found[case.full_name].runs[0].exchanges[0]
        assert (mine.request, mine.response) == (case.runs[0].exchanges[0].request, case.runs[0].exchanges[0].response)


def test_what_comes_from_elsewhere_is_redacted(shim, tmp_path):
    call = Interaction(Request("POST", "https://x.example.test/", (("x-api-key", SECRET),)), Response(200))
    cassette.write(tmp_path / "c.yaml", [call])
    assert shim("import", tmp_path / "c.yaml").exit_code == 0
    shim("export", tmp_path / "out.jsonl")
    told = (tmp_path / "out.jsonl").read_text()
    assert "x-api-key" in told
    assert SECRET not in told


def test_corpus_files_are_redacted_when_asked(shim, tmp_path):
    exchange = Exchange(Request("POST", "/", (("x-api-key", SECRET),)), Response(200))
    corpusfile.write(tmp_path / "a.jsonl", [Case("core", "a", {"api-keys": [SECRET]}, {}, (Run((exchange,)),))])
    shim("import", tmp_path / "a.jsonl", "--redact")
    shim("export", tmp_path / "out.jsonl")
    assert SECRET not in (tmp_path / "out.jsonl").read_text()


def test_live_and_imported_are_told_apart(shim, tmp_path):
    shim("import", GOLDEN / "login-status.jsonl.gz")
    live(tmp_path, time.time())
    shim("export", tmp_path / "live.jsonl", "--no-imported")
    (case,) = corpusfile.read(tmp_path / "live.jsonl")
    assert case.full_name.startswith("live/POST /v1/messages/")
    shim("export", tmp_path / "some.jsonl", "--no-live", "--only", "login/")
    assert all(case.family == "login" for case in corpusfile.read(tmp_path / "some.jsonl"))


def test_a_purge_says_what_it_removed(shim, tmp_path):
    live(tmp_path, time.time() - 40 * 86400)
    young = live(tmp_path, time.time())
    told = shim("purge", "--older-than", "30d", "--json")
    assert orjson.loads(told.stdout)["exchanges"] == 1
    with Store(tmp_path / "data" / "recordings.db") as store:
        assert [record.exchange.id for record in store.exchanges.all()] == [str(young)]
    assert "0 exchanges" in shim("purge", "--max-size", "2GB").stdout


def test_a_purge_that_cannot_go_so_far_says_why(shim):
    shim("import", GOLDEN / "login-status.jsonl.gz")
    assert "what is left was imported" in shim("purge", "--max-size", "10K").stderr


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["import", "missing.jsonl"], "missing.jsonl"),
        (["import", "missing.txt"], "tells no format"),
        (["export", "x.jsonl"], "no recording at"),
        (["purge"], "say what is to go"),
        (["purge", "--older-than", "soon"], "no span of time"),
    ],
)
def test_what_was_wrong_is_said(shim, words, reason):
    told = shim(*words)
    assert told.exit_code == 2
    assert reason in told.stderr


def test_nothing_written_is_no_success(shim, tmp_path):
    shim("import", GOLDEN / "login-status.jsonl.gz")
    assert shim("export", tmp_path / "x.jsonl", "--only", "nothing-like-it").exit_code == 2
