"""`shim flags` sets and shows what holds."""

import json

import pytest
from typer.testing import CliRunner

from shim.cli import app


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
