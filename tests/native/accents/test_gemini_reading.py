import re
from importlib import import_module

import orjson
import pytest

from native.accents.gemini_reading import either, parts_of

THOUGHT = {"text": "Hm.", "thought": True}
BODY = {"contents": [{"role": "model", "parts": [THOUGHT, {"text": "Yes."}]}]}


def test_a_name_has_a_second_spelling_where_the_first_is_missing():
    assert either({"a": 1, "b": 2}, "a", "b") == 1
    assert either({"a": None, "b": 2}, "a", "b") is None
    assert either({"b": 2}, "a", "b") == 2


def test_parts_keep_their_places_without_thoughts(a_turn):
    content = BODY["contents"][0]
    assert [place for place, _ in parts_of(content, a_turn())] == [0, 1]
    assert [place for place, _ in parts_of(content, a_turn(dialect="clean"))] == [1]
    assert list(parts_of({"parts": "x"}, a_turn())) == list(parts_of(None, a_turn())) == []


@pytest.mark.parametrize("upstream", ["claude", "openai", "codex"])
def test_thoughts_are_said_upstream_in_parity_alone(a_turn, upstream):
    pair = import_module(f"native.accents.gemini_{upstream}").PAIR
    assert b"Hm." in orjson.dumps(pair.request(BODY, a_turn()))
    clean = orjson.dumps(pair.request(BODY, a_turn(dialect="clean")))
    assert b"Hm." not in clean
    assert b"Yes." in clean


@pytest.mark.parametrize("upstream", ["claude", "openai", "codex"])
def test_results_find_their_calls_in_clean_alone(a_turn, upstream):
    calls = [
        {"functionCall": {"name": "f", "id": "2"}},
        {"functionCall": {"name": "f", "id": "1"}},
        {"functionCall": {"name": "g"}},
    ]
    results = [{"functionResponse": {"name": "g"}}, {"functionResponse": {"id": "1"}}, {"functionResponse": {}}]
    body = {"contents": [{"role": "model", "parts": calls}, {"role": "user", "parts": results}]}
    pair = import_module(f"native.accents.gemini_{upstream}").PAIR

    def ids(told):
        found = re.findall(
            r'"(?:call_id|id|tool_call_id|tool_use_id)":"((?:call|toolu)_x+[0-9])"', orjson.dumps(told).decode()
        )
        return found[:3], found[3:]

    first, second, third = ids(pair.request(body, a_turn(dialect="clean")))[0]
    assert ids(pair.request(body, a_turn(dialect="clean")))[1] == [third, second, first]
    assert ids(pair.request(body, a_turn()))[1] != [third, second, first]
