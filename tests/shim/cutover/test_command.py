"""`shim cutover` from outside."""

import json
import time

import pytest
from typer.testing import CliRunner

from shim.cli import app
from shim.cutover.log import CutoverLog
from shim.cutover.phases import UNDO_FOR, Event, Phase
from shim.store.store import Store


@pytest.fixture
def run(tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text("port: 8317\nauth-dir: here\n")
    Store(tmp_path / "recordings.db").close()

    def invoke(*words):
        return CliRunner().invoke(app, ["cutover", *words, "--data-dir", str(tmp_path), "--config", str(config)])

    return invoke


def test_what_stands_in_the_way_is_listed_and_refused_until_it_is_waived_or_forced(run, tmp_path):
    listed = run("--check", "--json")
    assert listed.exit_code == 1
    told = json.loads(listed.stdout)
    assert not told["ready"]
    assert {one["kind"] for one in told["obstacles"] if one["stands"]} == {"never seen"}
    refused = run("--apply")
    assert (refused.exit_code, "nothing was changed" in refused.stderr) == (1, True)
    with CutoverLog.open(tmp_path / "recordings.db") as log:
        assert log.now().phase is Phase.OPEN
    assert run("--waive", "*").exit_code == 2
    assert run("--waive", "*", "--why", "nobody asks for them").exit_code == 0
    ready = run()
    assert (ready.exit_code, "nothing stands in the way" in ready.stdout) == (0, True)
    assert "nobody asks for them" in ready.stdout
    assert run("--withdraw", "*").exit_code == 0
    assert run("--withdraw", "*").exit_code == 1
    assert run("--check").exit_code == 1
    forced = run("--apply", "--force", "I know", "--json")
    assert (forced.exit_code, json.loads(forced.stdout)["why"]) == (0, "forced: I know")


def test_an_undo_after_its_week_says_why_not(run, tmp_path):
    with CutoverLog.open(tmp_path / "recordings.db") as log:
        for event in (Event.APPLY, Event.TAKEN, Event.GONE):
            log.happened(event, now=time.time() - UNDO_FOR - 10)
    late = run("--undo")
    assert (late.exit_code, "for 7 days" in late.stderr) == (1, True)
    assert "sealed since" in run().stdout


def test_without_a_recording_nothing_can_be_told(tmp_path):
    done = CliRunner().invoke(app, ["cutover", "--data-dir", str(tmp_path / "none")])
    assert (done.exit_code, "there is no recording" in done.stderr) == (2, True)


def test_one_thing_at_a_time(run):
    assert run("--apply", "--undo").exit_code == 2


def test_gates_that_cannot_be_read_are_said(run, tmp_path):
    (tmp_path / "gates.yaml").write_text("steps: 3")
    assert run("--check").exit_code == 2
