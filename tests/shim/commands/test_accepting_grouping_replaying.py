"""`shim groups`, `shim accept`, `shim diff`, and rules that hold no more: what is shown, written and left as status."""

import datetime as dt
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from shim import corpusfile
from shim.cli import app
from shim.exchange import Exchange, Request, Response
from shim.groups import groups
from shim.judge.accepted import Rule, Rules
from shim.store.records import Record
from shim.store.store import Store
from shim.store.verdicts import DifferenceRow, VerdictRow

ROOT = Path(__file__).parents[3]
CASES = ROOT / "recordings" / "golden" / "core-chat-compat.jsonl.gz"
HEADER = 'exchanges[*].response.headers["x-a"]'
SAID = ("--reason", "nobody reads that header", "--author", "us")


def run(*arguments):
    return CliRunner().invoke(app, list(map(str, arguments)))


@pytest.fixture
def home(tmp_path):
    """A data directory: two exchanges that differ in a header, one that native answered and differs in its status."""
    with Store(tmp_path / "recordings.db") as store, store.transaction():
        rows = (
            ("legacy", "native", ('exchanges[0].response.headers["x-a"]', '["1"]', None)),
            ("legacy", "native", ('exchanges[0].response.headers["x-a"]', '["1"]', None)),
            ("native", "reverse", ("exchanges[0].response.status", "200", "404")),
        )
        for mode, subject, (path, legacy, native) in rows:
            exchange = Exchange(Request("POST", "/v1/messages", (), b"{}"), Response(200), mode=mode)
            number = store.exchanges.add(Record(exchange, endpoint="POST /v1/messages", provider="claude"))
            row = DifferenceRow(path, "client", "missing" if native is None else "changed", legacy, native)
            store.verdicts.add(VerdictRow(number, "different", 1.0, subject=subject, differences=(row,)))
    return tmp_path


@pytest.fixture
def file(tmp_path):
    """A file of accepted differences that lies beside two recorded cases."""
    folder = tmp_path / "mine"
    folder.mkdir()
    corpusfile.write(folder / "cases.jsonl", list(corpusfile.read(CASES))[:2])
    return folder / "accepted.yaml"


def accept(home, file, *arguments):
    return run("accept", "--data-dir", home, "--accepted", file, *arguments)


def a_rule(path, **more):
    expires = more.pop("expires", dt.date(2099, 1, 1))
    return f"- path: {path}\n  reason: known and harmless\n  author: us\n  expires: {expires}\n" + "".join(
        f"  {name}: {value}\n" for name, value in more.items()
    )


def test_groups_are_listed_with_the_command_that_shows_each_alone(home):
    found = run("groups", "--data-dir", home)
    assert found.exit_code == 0
    assert "shim diff 1" in found.stdout
    (first, second) = orjson.loads(run("groups", "--data-dir", home, "--json").stdout)
    assert (first["pattern"], first["holds_back"]) == (HEADER, 2)
    assert (second["detail"], second["command"]) == ("200 → 404", "shim diff 3")


def test_accepting_shows_what_it_would_change_and_a_dry_run_writes_nothing(home, file):
    found = accept(home, file, HEADER, "--dry-run")
    assert found.exit_code == 0
    assert "of what was recorded live: covers 2, 2 become clean" in found.stdout
    assert "of 2 recorded cases: covers 0" in found.stdout
    assert not file.exists()


def test_what_is_accepted_is_written_and_what_was_judged_follows(home, file):
    found = accept(home, file, HEADER, *SAID, "--expires", "2099-01-01")
    assert (found.exit_code, "2 live verdicts follow" in found.stdout) == (0, True)
    (rule,) = Rules.read(file).rules
    assert (rule.path, rule.author, rule.expires) == (HEADER, "us", dt.date(2099, 1, 1))
    with Store(home / "recordings.db", read_only=True) as store:
        assert store.verdicts.latest(1).level == "accepted"
    assert "2" in accept(home, file).stdout.splitlines()[-1]


def test_what_no_recording_has_is_accepted_for_live_exchanges_alone(home, file):
    accept(home, file, HEADER, *SAID)
    (rule,) = Rules.read(file).rules
    assert rule.cases == "live/*"


def test_a_group_is_accepted_by_its_id_at_its_own_endpoint(home, file):
    with Store(home / "recordings.db", read_only=True) as store:
        group = groups(store)[0]
    assert accept(home, file, "--group", group.id, *SAID).exit_code == 0
    (rule,) = Rules.read(file).rules
    assert (rule.path, rule.cases) == (HEADER, "live/POST /v1/messages/*")


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("exchanges[*].response.nothing", *SAID), 1, "it would cover nothing"),
        ((HEADER, "--author", "us"), 2, "--reason and --author are missing"),
        (("exchanges[[", *SAID), 2, "that is no rule"),
        ((HEADER, *SAID, "--expires", "some day"), 2, "that is no rule"),
        (("--group", "0000000000", *SAID), 2, "no group has the id"),
    ],
)
def test_what_cannot_be_accepted_says_why_and_writes_nothing(home, file, arguments, status, said):
    found = accept(home, file, *arguments)
    assert (found.exit_code, said in found.stderr) == (status, True)
    assert not file.exists()


def replay(file, *arguments):
    return run("replay", file.parent, "--accepted", file, "--jobs", "1", *arguments)


def test_a_rule_that_has_expired_fails_the_check_and_is_named(file):
    file.write_text(a_rule(HEADER, expires=dt.date(2020, 1, 1)))
    found = replay(file)
    assert found.exit_code == 1
    assert f"{HEADER} expired on 2020-01-01" in found.stderr


def test_a_rule_that_no_recording_needs_fails_the_check_but_not_one_that_was_not_met(file):
    file.write_text(a_rule(HEADER))
    stale = replay(file, "--json", "-")
    assert (stale.exit_code, orjson.loads(stale.stdout)["stale"]) == (1, [f"* {HEADER}"])
    assert replay(file, "--limit", "1").exit_code == 0
    file.write_text(a_rule(HEADER, cases="live/*"))
    assert replay(file).exit_code == 0


def test_the_rules_of_other_recordings_say_nothing_of_these(file, tmp_path):
    other = tmp_path / "accepted.yaml"
    other.write_text(a_rule(HEADER))
    assert run("replay", file.parent, "--accepted", other, "--jobs", "1").exit_code == 0


def test_diff_of_what_native_answered_shows_what_the_binary_said(home):
    found = run("diff", "3", "--data-dir", home, "--json")
    assert found.exit_code == 1
    (difference,) = orjson.loads(found.stdout)["differences"]
    assert (difference["legacy"], difference["native"]) == (200, 404)


def test_diff_of_what_no_binary_was_asked_says_which_option_names_one(home):
    with Store(home / "recordings.db") as store, store.transaction():
        exchange = Exchange(Request("POST", "/v1/messages"), Response(200), mode="native")
        store.exchanges.add(Record(exchange, endpoint="POST /v1/messages"))
    found = run("diff", "4", "--data-dir", home)
    assert (found.exit_code, "--legacy-bin" in found.stderr) == (2, True)


def test_what_the_legacy_does_otherwise_than_itself_is_shown_apart(home):
    with Store(home / "recordings.db") as store, store.transaction():
        row = DifferenceRow("exchanges[0].response.status", "client", "changed", "200", "500")
        store.verdicts.add(VerdictRow(1, "different", 1.0, subject="legacy", differences=(row,)))
    (group,) = orjson.loads(run("groups", "--itself", "--data-dir", home, "--json").stdout)
    assert group["command"] == "shim diff 1 --itself"
    assert orjson.loads(run("diff", "1", "--itself", "--data-dir", home, "--json").stdout)["level"] == "different"
    assert "groups --itself" in run("diff", "2", "--itself", "--data-dir", home).stderr


def test_a_rule_reads_as_it_was_meant():
    rule = Rule(path=HEADER, reason="known and harmless", author="us", expires=dt.date(2099, 1, 1), native="two")
    assert rule.name == f"* {HEADER} native 'two'"
