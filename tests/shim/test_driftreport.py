"""What drifted, in words: a cause is a line, and the JSON leaves nothing out."""

import orjson

from native.wire.loose import MISSING
from shim.drift import Drift
from shim.driftreport import as_json, markdown
from shim.judge.verdict import Difference, Kind, Level, Reason, Side, Verdict, unjudged
from shim.labels import Labels
from shim.replay import Result

PLACE = "exchanges[0].response.json"


def a_difference(path=f"{PLACE}.text", kind=Kind.CHANGED, side=Side.CLIENT, legacy="old", native="new"):
    return Difference(path, side, kind, legacy, native)


def a_result(name, *differences, endpoint="POST /v1/messages", size=1):
    verdict = Verdict(Level.DIFFERENT if differences else Level.IDENTICAL, differences=differences)
    return Result(name, Labels(endpoint, "claude", "m", stream=False), verdict, 0.1, size)


def lines(*results, start="* "):
    return [line for line in markdown(Drift("newer", ("v1",), [*results])).splitlines() if line.startswith(start)]


def test_without_drift_there_is_one_sentence_and_no_section():
    told = markdown(Drift("newer", ("v1", "v2"), [a_result("a/b")]))
    assert told == "# Drift of newer\n\n1 cases recorded of v1, v2, 0 of them otherwise, 0 not played.\n"


def test_a_cause_on_many_cases_is_one_line_with_the_smallest_as_its_example():
    (line,) = lines(a_result("a/big", a_difference(), size=9), a_result("a/small", a_difference(native="x")))
    assert "on **2** cases: POST /v1/messages (2). Example: a/small" in line
    assert "`response.json.text` (`old` → `x`)" in line.replace('"', "")


def test_what_is_new_and_what_is_gone_are_named_apart():
    new = a_difference(f"{PLACE}.a", Kind.ADDED, legacy=MISSING)
    gone = a_difference(f"{PLACE}.b", Kind.MISSING, native=MISSING)
    (line,) = lines(a_result("a/b", new, gone))
    assert "new: `response.json.a`; gone: `response.json.b`" in line


def test_what_a_provider_is_sent_is_told_from_what_the_client_gets():
    (line,) = lines(a_result("a/b", a_difference("exchanges[0].upstream[0].json.model", side=Side.SENT)))
    assert "sent upstream: `upstream[*].json.model`" in line


def test_of_many_places_and_endpoints_the_first_few_are_named_and_the_rest_counted():
    places = [a_difference(f"{PLACE}.field{n}", Kind.ADDED, legacy=MISSING) for n in range(6)]
    (line,) = lines(*(a_result(f"a/{n}", *places, endpoint=f"GET /{n}") for n in range(5)))
    assert "and 2 more places" in line
    assert "and 2 more endpoints" in line


def test_how_many_have_nothing_else_is_said_where_others_have_more():
    text, more = a_difference(), a_difference(f"{PLACE}.more")
    told = lines(a_result("a/1", text), a_result("a/2", text, more))
    assert "on **2** cases; all there is on 1:" in told[0]
    assert "on **1** case; never alone:" in told[1]


def test_a_long_value_is_cut_and_breaks_no_line_or_code():
    (line,) = lines(a_result("a/b", a_difference(legacy="`" + "x\n" * 90, native=1)))
    assert "…`" in line
    assert line.count("`") == 6  # place, was, now


def test_where_it_changed_is_a_table_with_the_worst_first():
    changed = [a_result(f"a/{n}", a_difference(), endpoint="GET /worst") for n in range(2)]
    rest = [a_result("a/x", a_difference(), endpoint="GET /once"), a_result("a/y", endpoint="GET /once")]
    assert lines(*rest, *changed, start="| GET") == ["| GET /worst | 2 | 2 |", "| GET /once | 2 | 1 |"]


def test_what_was_not_played_is_named_up_to_ten_and_then_counted():
    verdict = unjudged(Reason.BINARY, "it broke off")
    unplayed = [Result(f"a/{n}", Labels("", "", "", stream=False), verdict, 0.1, 1) for n in range(12)]
    told = lines(*unplayed)
    assert len(told) == 11
    assert told[0] == f"* a/0: {Reason.BINARY} it broke off"
    assert told[-1] == "* and 2 more"


def test_the_json_names_every_case_place_and_endpoint():
    many = [a_difference(f"exchanges[{n}].response.json.text") for n in range(2)]
    told = as_json(Drift("newer", ("v1",), [a_result("a/1", *many), a_result("a/2", a_difference()), a_result("a/3")]))
    assert (told["cases"], told["changed"], [one["case"] for one in told["results"]]) == (3, 2, ["a/1", "a/2"])
    assert told["endpoints"] == {"POST /v1/messages": {"exchanges[*].response.json.text": {"changed": 2}}}
    assert told["causes"][0]["cases"] == ["a/1", "a/2"]
    assert orjson.dumps(told, default=str)
