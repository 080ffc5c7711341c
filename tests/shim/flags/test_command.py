"""`shim flags` sets and shows what holds."""

import json

import pytest
from typer.testing import CliRunner

from shim.build import build
from shim.cli import app
from shim.flags.holds import Hold
from shim.flags.ledger import Ledger
from shim.flags.table import Value


@pytest.fixture
def flags(tmp_path):
    def invoke(*words):
        return CliRunner().invoke(app, ["flags", "--data-dir", str(tmp_path), *words])

    return invoke


def test_with_no_flag_it_says_who_answers(flags):
    assert "the legacy answers everything" in flags().stdout


def test_what_is_set_is_shown_with_who_and_why(flags):
    done = flags(
        "set", "POST /v1/messages", "canary 5%", "--stream", "--model", "claude-*", "--why", "try", "--who", "ann"
    )
    assert done.exit_code == 0
    assert "not set -> canary 5%" in done.stdout
    shown = flags().stdout
    assert "canary 5%" in shown
    assert "stream=yes model=claude-*" in shown
    assert "ann" in shown
    told = json.loads(flags("--json").stdout)
    assert told[0]["flag"] == "canary 5%"
    assert told[0]["model"] == "claude-*"


def test_what_is_wrong_is_said_and_changes_nothing(flags):
    for words in (
        ["set", "POST /v1/nope", "native"],
        ["set", "GET /", "nativ"],
        ["unset", "GET /nope"],
        ["load", "no-such-file"],
    ):
        done = flags(*words)
        assert done.exit_code == 1
        assert done.stderr.startswith("shim flags: ")
    assert json.loads(flags("--json").stdout) == []


def test_a_file_is_loaded_and_history_kept(flags, tmp_path):
    sheet = tmp_path / "flags.yaml"
    sheet.write_text("GET /: native\n")
    assert "GET /: not set -> native" in flags("load", str(sheet)).stdout
    assert "nothing changed" in flags("load", str(sheet)).stdout
    flags("unset", "GET /", "--who", "bob")
    told = json.loads(flags("history", "--json").stdout)
    assert (told[0]["before"], told[0]["flag"], told[0]["who"]) == ("native", "", "bob")
    assert "loaded flags.yaml" in flags("history").stdout


def test_a_hold_is_shown_and_released(flags, tmp_path):
    flags("set", "GET /", "native")
    with Ledger.open(tmp_path / "recordings.db") as ledger:
        (flag,) = ledger.table().flags
        ledger.put_down(flag, Hold(flag.scope, Value.parse("legacy"), "native fell", 5.0, build()), who="guard")
    assert "HELD" in flags().stdout
    assert json.loads(flags("--json").stdout)[0]["held"] == "native fell"
    sheet = tmp_path / "flags.yaml"
    sheet.write_text("GET /: native\n")
    assert "GET / stays at legacy until `shim flags release`: native fell" in flags("load", str(sheet)).stderr
    assert "GET / is held at legacy no longer: native fell" in flags("release", "GET /").stdout
    assert flags("release", "GET /").exit_code == 1
    assert "its hold is lifted" not in flags("set", "GET /", "native").stdout


def test_whoever_sets_a_held_flag_is_told_that_its_hold_is_lifted(flags, tmp_path):
    flags("set", "GET /", "native")
    with Ledger.open(tmp_path / "recordings.db") as ledger:
        (flag,) = ledger.table().flags
        ledger.put_down(flag, Hold(flag.scope, Value.parse("legacy"), "native fell", 5.0, build()), who="guard")
    assert "legacy -> native; its hold is lifted: native fell" in flags("set", "GET /", "native").stdout
