"""The verbs answer: exit status, JSON, and an error that says what to do."""

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from shim.cli import VERBS, app
from shim.proof import kept

ROOT = Path(__file__).parents[3]
COMPAT = str(ROOT / "recordings" / "golden" / "core-chat-compat.jsonl.gz")


def run(*arguments):
    return CliRunner().invoke(app, list(arguments))


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_has_help(verb):
    found = run(verb, "--help")
    assert found.exit_code == 0
    assert "Usage" in found.output


def test_diff_of_a_clean_case_exits_0_and_says_the_level():
    found = run("diff", "core/chat-compat/stream-plain-text", COMPAT)
    assert found.exit_code == 0
    assert "identical" in found.output


def test_diff_in_json_has_the_verdict():
    found = run("diff", "core/chat-compat/stream-plain-text", COMPAT, "--json")
    assert orjson.loads(found.stdout)["sent"] == "same"


def test_diff_of_what_is_not_there_says_where_names_are():
    found = run("diff", "core/none", COMPAT)
    assert found.exit_code == 2
    assert "shim replay --show" in found.stderr


def test_prove_prints_recall_by_kind_exits_0_and_keeps_it_for_the_page(tmp_path):
    (tmp_path / "recordings.db").touch()
    found = run("prove", COMPAT, "--plantings", "100", "--json", "--data-dir", str(tmp_path))
    assert found.exit_code == 0
    rows = orjson.loads(found.stdout)
    assert all(row["recall"] == 1 for row in rows)
    assert [row["planted"] for row in kept(tmp_path)["rows"]] == [row["planted"] for row in rows]


def test_report_without_a_recording_says_what_makes_one(tmp_path):
    found = run("report", "--data-dir", str(tmp_path))
    assert found.exit_code == 2
    assert "shim run" in found.stderr


def test_record_without_a_binary_says_which_option_names_it(tmp_path):
    found = run("record", COMPAT, "--legacy-bin", str(tmp_path / "none"), "--out", str(tmp_path / "o.jsonl"))
    assert found.exit_code == 2
    assert "--legacy-bin names the binary" in found.stderr


def test_learn_models_from_nobody_says_whom_it_asked(tmp_path):
    found = run("learn", "models", "--legacy", "http://127.0.0.1:9", "--key", "k", "--to", str(tmp_path / "m.json"))
    assert found.exit_code == 2
    assert "http://127.0.0.1:9" in found.stderr
