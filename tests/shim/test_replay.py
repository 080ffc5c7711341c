"""Replay: choosing, summing up, exit status, and what it writes."""

from pathlib import Path
from xml.etree import ElementTree as ET

import orjson
import pytest
from typer.testing import CliRunner

from shim import corpusfile
from shim.cli import app
from shim.judge.verdict import Level, Reason, Verdict, unjudged
from shim.labels import Labels, labels
from shim.replay import Result, Selection, Summary, replay, summary_json, write_junit

GOLDEN = Path(__file__).parents[2] / "recordings" / "golden"
COMPAT = GOLDEN / "core-chat-compat.jsonl.gz"


def a_summary(*verdicts):
    said = Labels("POST /v1/messages", "claude", "m", stream=False)
    return Summary([Result(f"core/group/case-{n}", said, v, 0.1) for n, v in enumerate(verdicts)])


CLEAN, DIFFERENT, UNJUDGED = Verdict(Level.IDENTICAL), Verdict(Level.DIFFERENT), unjudged(Reason.NO_HANDLER)


@pytest.mark.parametrize(
    ("verdicts", "floor", "status"),
    [
        ([CLEAN, CLEAN], 100, 0),
        ([CLEAN, DIFFERENT], 100, 1),
        ([CLEAN, DIFFERENT], 50, 0),
        ([CLEAN, UNJUDGED], 100, 1),
        ([UNJUDGED], 0, 2),
        ([], 0, 2),
    ],
)
def test_exit_status_is_parity_and_two_where_nothing_was_judged(verdicts, floor, status):
    assert a_summary(*verdicts).exit_status(floor) == status


def test_what_was_not_judged_counts_against_parity():
    assert a_summary(CLEAN, UNJUDGED).parity == 50


def test_cases_are_chosen_by_text_label_and_number():
    cases = list(corpusfile.read(COMPAT))
    assert {c.full_name for c in Selection(only="/whole-").of(cases)} == {
        c.full_name for c in cases if "/whole-" in c.name
    }
    assert Selection(provider="claude").of(cases) == []
    assert len(Selection(endpoint="POST /v1/chat/completions", limit=7).of(cases)) == 7


def test_a_case_is_filed_under_endpoint_provider_model_and_stream():
    case = next(c for c in corpusfile.read(COMPAT) if "/stream-plain-text" in c.name)
    assert labels(case) == Labels("POST /v1/chat/completions", "openai-compatibility", "lab-large", stream=True)


def test_several_processes_say_what_one_says():
    cases = list(corpusfile.read(COMPAT))[:20]
    one, two = ([(r.name, r.verdict.level) for r in replay(cases, jobs=n)] for n in (1, 2))
    assert one == two


def test_junit_has_a_failure_for_all_that_is_not_clean_and_no_skips(tmp_path):
    write_junit(tmp_path / "j.xml", a_summary(CLEAN, DIFFERENT, UNJUDGED))
    suite = ET.parse(tmp_path / "j.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("3", "2")
    assert suite.findall(".//skipped") == []


def test_json_has_each_case_and_the_counts_by_label():
    found = summary_json(a_summary(CLEAN, DIFFERENT))
    assert found["parity"] == 50
    assert found["by"]["endpoint"] == {"POST /v1/messages": {"identical": 1, "different": 1}}


def test_the_command_answers_with_its_exit_status():
    run = CliRunner().invoke
    assert run(app, ["replay", str(COMPAT), "--limit", "2", "--jobs", "1"]).exit_code == 0
    none = run(app, ["replay", str(COMPAT), "--only", "nothing-like-it"])
    assert none.exit_code == 2
    assert "no recorded case was selected" in none.stderr
    assert run(app, ["replay", "/nowhere"]).exit_code == 2


def test_a_floor_by_family_fails_the_family_that_is_under_it(tmp_path):
    floor = tmp_path / "floor.json"
    run = CliRunner().invoke
    arguments = ["replay", str(COMPAT), "--limit", "2", "--jobs", "1", "--floor", str(floor)]
    floor.write_bytes(orjson.dumps({"core": 100.0, "elsewhere": 100.0}))
    assert run(app, arguments).exit_code == 0
    floor.write_bytes(orjson.dumps({"core": 100.1}))
    assert run(app, arguments).exit_code == 1
