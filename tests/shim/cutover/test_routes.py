"""An endpoint stands in the way for its flag, its evidence, its acceptances, or because nobody ever asked for it."""

import datetime as dt

import pytest

from shim.coverage import native_ids
from shim.cutover.obstacles import Kind
from shim.cutover.routes import of_routes, top
from shim.endpoints import ENDPOINTS
from shim.flags.holds import Hold
from shim.flags.table import EVERY, Flag, Scope, Value
from shim.gates.checks import Outcome
from shim.gates.gates import Gates
from shim.gates.standing import Standing
from shim.judge.accepted import Rule

CHAT = "POST /v1/chat/completions"
UNHANDLED = next(one.id for one in ENDPOINTS if one.id not in native_ids())
GATES = Gates.model_validate({"steps": [{"flag": "native", "judged": 100, "parity": 95}]})


def a_standing(endpoint=CHAT, value="native", **more):
    figures = {"seen": 500, "judged": 500, "clean": 500, "low": 99.2, **more}
    return Standing(endpoint, "turns", Value.parse(value), None, Outcome.PASS, (), **figures)


def found(standing, flags=(), rules=()):
    by_name = {}
    for one in of_routes([standing], flags, GATES, rules):
        by_name.setdefault(one.name, []).append(one)
    return by_name


def kinds(*given, **more):
    return [one.kind for one in found(*given, **more).get(CHAT, [])]


def test_a_clean_native_endpoint_is_in_nobodys_way():
    assert kinds(a_standing()) == []


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"value": "canary 50%"}, Kind.FLAG),
        ({"judged": 99, "clean": 99}, Kind.UNCLEAN),
        ({"low": 94.9}, Kind.UNCLEAN),
        ({"errors": 1}, Kind.UNCLEAN),
        ({"held": Hold(Scope(CHAT), Value.parse("legacy"), "it fell", 1.0, "b")}, Kind.UNCLEAN),
        ({"seen": 0, "judged": 0, "clean": 0, "low": 0.0}, Kind.UNSEEN),
    ],
)
def test_what_is_missing_is_told(more, kind):
    assert kinds(a_standing(**more)) == [kind]


def test_a_narrower_flag_below_native_is_in_the_way_too():
    for endpoint, name in ((CHAT, CHAT), (EVERY, f"{EVERY} model=gpt-*")):
        flag = Flag(Scope(endpoint, model="gpt-*"), Value.parse("legacy"))
        assert [one.kind for one in found(a_standing(), flags=[flag])[name]] == [Kind.FLAG]


def test_what_nobody_ever_asked_for_is_told_apart_and_says_whether_native_could():
    by_name = found(a_standing())
    assert {one.kind for of in by_name.values() for one in of} == {Kind.UNSEEN}
    assert len(by_name) == len(ENDPOINTS) - 1
    assert "no handler" in by_name[UNHANDLED][0].says
    assert "no handler" not in by_name["POST /v1/messages"][0].says


def test_an_endpoint_in_use_that_native_has_no_handler_for_cannot_be_waived():
    (one,) = found(a_standing(UNHANDLED, value="legacy"))[UNHANDLED]
    assert one.kind is Kind.HANDLER


def test_an_open_acceptance_is_in_the_way_until_it_expires():
    def a_rule(days):
        day = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=days)
        return Rule(path="exchanges[*].response.status", reason="it is fine", author="ann", expires=day, cases=CHAT)

    assert kinds(a_standing(), rules=[a_rule(3)]) == [Kind.ACCEPTANCE]
    assert kinds(a_standing(), rules=[a_rule(-3)]) == []


def test_a_familys_own_figures_hold():
    gates = Gates.model_validate({"families": {"turns": {"judged": 7}}})
    assert (top(gates, "turns").judged, top(gates, "amp").judged) == (7, 2000)
