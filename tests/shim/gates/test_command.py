"""`shim promote` says which gate holds an endpoint and climbs where it is open."""

import json

import pytest
from typer.testing import CliRunner

from shim.cli import app
from shim.flags.table import Scope
from shim.gates import command
from shim.gates.climb import GateClosedError

CLAUDE = Scope("POST /v1/messages")
pytestmark = pytest.mark.usefixtures("nothing_shipped")

QUICK = """
steps:
  - {flag: canary 1%, judged: 20, parity: 80}
  - {flag: native, judged: 30, parity: 80, soak: 1h}
selfsame: {judged: 10}
"""


@pytest.fixture
def promote(scene, tmp_path):
    (tmp_path / "gates.yaml").write_text(QUICK)

    def invoke(*words):
        return CliRunner().invoke(app, ["promote", "--data-dir", str(scene.path.parent), *words])

    return invoke


def test_an_empty_recording_can_tell_nothing(promote):
    done = promote()
    assert (done.exit_code, "nothing was recorded yet" in done.stderr) == (2, True)


def test_it_says_what_is_missing(scene, promote):
    scene.flag("shadow")
    scene.alike(4)
    done = promote()
    assert done.exit_code == 1
    assert "POST /v1/messages: shadow -> canary 1%: inconclusive" in done.stdout
    assert "judged: 0 of 20 on this build of native (20 missing)" in done.stdout
    (told,) = json.loads(promote("--json").stdout)
    assert (told["next"], told["outcome"]) == ("canary 1%", "inconclusive")
    assert {"name": "judged", "missing": 20} in [
        {"name": check["name"], "missing": check["missing"]} for check in told["checks"]
    ]


def test_with_apply_it_climbs_one_step_and_the_next_gate_asks_for_more(scene, promote):
    scene.flag("shadow", at=1.0)
    scene.alike()
    scene.clean(40)
    assert promote().exit_code == 0
    assert scene.flags()[CLAUDE] == "shadow"
    done = promote("--apply", CLAUDE.endpoint)
    assert (done.exit_code, "climbed: canary 1%" in done.stdout) == (0, True)
    assert scene.flags()[CLAUDE] == "canary 1%"
    done = promote("--apply")
    assert (done.exit_code, "soak" in done.stdout) == (1, True)
    assert scene.flags()[CLAUDE] == "canary 1%"


def test_what_the_legacy_is_flagged_for_is_climbed_by_name_alone(scene, promote):
    scene.pass_by(3)
    promote("--apply")
    assert scene.flags() == {}
    promote("--apply", CLAUDE.endpoint)
    assert scene.flags() == {CLAUDE: "shadow"}


def test_a_flag_for_all_stays_and_the_endpoint_gets_its_own(scene, promote):
    scene.flag("shadow", endpoint="*", at=1.0)
    scene.alike()
    scene.clean(40)
    promote("--apply")
    assert scene.flags() == {Scope("*"): "shadow", CLAUDE: "canary 1%"}


def test_what_was_changed_meanwhile_is_refused_and_said(scene, promote, monkeypatch):
    scene.flag("shadow", at=1.0)
    scene.alike()
    scene.clean(40)

    def refuse(*_):
        raise GateClosedError("its flag was changed meanwhile; look again")

    monkeypatch.setattr(command, "promote", refuse)
    done = promote("--apply")
    assert (done.exit_code, "refused: its flag was changed meanwhile" in done.stdout) == (1, True)


def test_a_file_that_is_no_gates_is_refused(promote, tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("steps: [{flag: shadow}]")
    done = promote("--gates", str(wrong))
    assert (done.exit_code, "a gate leads to" in done.stderr) == (2, True)
    assert promote("GET /nope").exit_code == 2
