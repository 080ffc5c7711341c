import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.payload import NO_RULES, compile_rules

LEGACY = [json.loads(line) for line in Path(__file__).with_name("legacy.jsonl").read_text().splitlines()]
"""What the legacy made of made-up rules and bodies."""

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "a", "{", '{"b":1}']),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "0", "*"]), inner),
    max_leaves=10,
)
PARTS = ["a", "b", "0", "-1", "*", "?", "#", "#(a==1)", "#(b>0)#", "#(", "a\\.b", "", ":0", "@this", "a|b"]
PATHS = st.lists(st.sampled_from(PARTS), min_size=1, max_size=3).map(".".join)
EVERYTHING = [{"name": "*"}]


def ruled(section, body, original=None, *, model="m", requested="m", protocol="claude", root=""):
    rules = compile_rules(section)
    return rules.apply(body, original or body, model=model, requested=requested, protocol=protocol, root=root)


@pytest.mark.parametrize("case", LEGACY, ids=range(len(LEGACY)))
def test_a_body_leaves_as_the_legacy_sends_it(case):
    edited = ruled(
        case["rules"],
        case["body"],
        case["original"],
        model=case["model"],
        requested=case["requested"],
        protocol=case["protocol"],
        root=case["root"],
    )
    assert edited == case["edited"]


def test_a_default_fills_only_what_the_client_left_out():
    section = {"default": [{"models": EVERYTHING, "params": {"a": 1, "b": 1}}]}
    assert ruled(section, {"a": 0}) == {"a": 0, "b": 1}


def test_a_default_looks_at_the_clients_own_request():
    section = {"default": [{"models": EVERYTHING, "params": {"a": 1}}]}
    assert ruled(section, {"a": "edited since"}, original={"b": 0}) == {"a": 1}


def test_of_defaults_the_first_wins_and_of_overrides_the_last():
    twice = [{"models": EVERYTHING, "params": {"a": value}} for value in (1, 2)]
    assert ruled({"default": twice}, {}) == {"a": 1}
    assert ruled({"override": twice}, {}) == {"a": 2}


def test_a_filter_comes_after_everything_else():
    section = {
        "filter": [{"models": EVERYTHING, "params": ["a"]}],
        "override": [{"models": EVERYTHING, "params": {"a": 1, "b": 1}}],
    }
    assert ruled(section, {}) == {"b": 1}


def test_raw_values_are_json_and_one_that_is_none_takes_its_rule_along():
    good = {"models": EVERYTHING, "params": {"a": '{"b":[1]}'}}
    bad = {"models": EVERYTHING, "params": {"c": "1", "d": "{oops"}}
    assert ruled({"override-raw": [good, bad]}, {}) == {"a": {"b": [1]}}


def test_a_root_is_where_paths_begin():
    section = {"override": [{"models": EVERYTHING, "params": {"a": 1, ".b": 2}}]}
    assert ruled(section, {}, root="request") == {"request": {"a": 1, "b": 2}}


def test_no_rules_give_back_the_body_itself():
    body = {"a": 1}
    assert not NO_RULES
    assert ruled({}, body) is body
    assert ruled(None, body) is body


@given(PATHS, JSON, st.dictionaries(st.sampled_from("ab"), JSON))
def test_no_rule_fails_or_changes_the_body_it_was_given(path, value, body):
    before = json.dumps(body)
    rule = [{"models": EVERYTHING, "params": {path: value}}]
    section = {"default": rule, "default-raw": rule, "override": rule, "override-raw": rule}
    ruled({**section, "filter": [{"models": EVERYTHING, "params": [path]}]}, body)
    assert json.dumps(body) == before


@given(st.dictionaries(st.sampled_from(["default", "default-raw", "override", "filter"]), JSON))
def test_a_section_that_makes_no_sense_does_nothing(section):
    assert ruled(section, {"a": 1}) == {"a": 1}
