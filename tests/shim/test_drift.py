"""Drift: another build is a readable difference, and the same build is none."""

import sys
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from shim import corpusfile
from shim.drift import Drift, play
from shim.driftreport import as_json, markdown
from shim.judge.noisebook import NoiseBook
from shim.judge.verdict import Level, Reason

sys.path.insert(0, str(Path(__file__).parent / "binary"))
from stand_in import a_binary, a_case, an_exchange


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One authority for all: making its key takes a while."""
    return tmp_path_factory.mktemp("binary")


def cases(count=3):
    return [a_case(an_exchange(f"text {n}"), name=f"group/case-{n}") for n in range(count)]


_DONE = {}


async def drifted_headers(folder):
    """The drift of a build with two more headers, played once."""
    if not _DONE:
        _DONE["headers"] = await drift_of(folder, "headers", cases(6))
    return _DONE["headers"]


async def drift_of(folder, fault, recorded, **more):
    played = await play(a_binary(folder, fault), recorded, NoiseBook(), folder=folder, settle=0, jobs=1, **more)
    return Drift(f"legacy-{fault}", ("v1",), played)


async def test_the_same_build_does_not_drift(folder):
    heard = []
    found = await drift_of(folder, "none", cases(), told=heard.append)
    assert (found.exit_status, found.changed, found.causes) == (0, [], [])
    assert [r.name for r in found.results] == ["test/group/case-0", "test/group/case-1", "test/group/case-2"]
    assert heard == found.results


async def test_two_new_headers_on_every_answer_are_said_in_one_line(folder):
    found = await drifted_headers(folder)
    (line,) = [line for line in markdown(found).splitlines() if line.startswith("* ")]
    assert 'new: `response.headers["x-first"]`, `response.headers["x-second"]`' in line
    assert "on **6** cases: POST /v1/messages (6)" in line
    assert found.exit_status == 1


async def test_what_a_build_sends_otherwise_is_drift_too(folder):
    found = await drift_of(folder, "sent", cases(1))
    (cause,) = found.causes
    assert {(s.side, s.pattern) for s in cause.signs} >= {("sent upstream", "exchanges[*].upstream[*].json")}


async def test_what_only_a_kept_process_does_is_no_drift(folder):
    assert (await drift_of(folder, "remembers", cases(2))).exit_status == 0


async def test_what_cannot_be_played_is_said_and_is_neither_drift_nor_none(folder):
    found = await drift_of(folder, "start", cases(1))
    assert (found.exit_status, found.unplayed[0].verdict.reason) == (2, Reason.BINARY)
    assert "## Not played" in markdown(found)
    assert as_json(found)["unplayed"][0]["case"] == "test/group/case-0"


async def test_a_conversation_of_several_exchanges_is_played_to_one_fresh_process(folder):
    turns = (an_exchange("one"), an_exchange("two"))
    case = a_case()
    conversation = replace(case, runs=(replace(case.runs[0], exchanges=turns),))
    found = await drift_of(folder, "remembers", [conversation])
    assert [d.path for d in found.results[0].verdict.differences] == ["exchanges[1].response.json.asked"]


async def test_the_json_says_what_is_new_by_endpoint_and_path(folder):
    told = as_json(await drifted_headers(folder))
    assert told["endpoints"]["POST /v1/messages"]['exchanges[*].response.headers["x-first"]'] == {"new": 6}
    assert told["causes"][0]["cases"] == [f"test/group/case-{n}" for n in range(6)]
    assert orjson.dumps(told)


@pytest.mark.legacy
async def test_the_recorded_build_does_not_drift_from_its_recordings():
    import os

    golden = Path(__file__).parents[2] / "recordings" / "golden" / "core-chat-claude.jsonl.gz"
    recorded = list(corpusfile.read(golden))[:6]
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        binary = Path(os.environ["SHIM_LEGACY_BIN"])
        played = await play(binary, recorded, NoiseBook(), folder=Path(scratch), jobs=2)
    assert {r.verdict.level for r in played} <= {Level.IDENTICAL, Level.EQUIVALENT}
