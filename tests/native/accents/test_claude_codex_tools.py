import json

import orjson
import pytest

from native.accents.claude_codex_tools import as_function
from native.wire.spelled import spelling_of
from native.wire.spelling import Spelling


def made(tool, short=None):
    return as_function(tool, short or {}, Spelling(b""), 0)


def test_a_tool_is_a_function_with_its_schema_for_parameters():
    tool = {"name": "Read", "description": "Reads.", "input_schema": {"type": "object", "properties": {"a": {}}}}
    assert made(tool | {"cache_control": {"type": "ephemeral"}, "defer_loading": True}) == {
        "type": "function",
        "name": "Read",
        "description": "Reads.",
        "parameters": {"type": "object", "properties": {"a": {}}},
        "strict": False,
    }


def test_claudes_web_search_is_codexs_own():
    assert made({"type": "web_search_20250305", "name": "web_search", "max_uses": 3}) == {"type": "web_search"}


def test_long_names_are_the_short_ones():
    name = "n" * 70
    assert made({"name": name}, {name: "short"})["name"] == "short"
    assert made({"name": name})["name"] == name[:64]


@pytest.mark.parametrize(
    ("schema", "parameters"),
    [
        (None, {"type": "object", "properties": {}}),
        ({}, {"type": "object", "properties": {}}),
        ({"type": ""}, {"type": "object", "properties": {}}),
        ({"type": "string"}, {"type": "string"}),
        ({"type": ["object", "null"]}, {"type": ["object", "null"]}),
        ({"$schema": "x", "properties": {"$schema": 1}}, {"type": "object", "properties": {"$schema": 1}}),
        ([1], [1]),
        ("x", {"type": "object", "properties": {}}),
    ],
)
def test_a_schema_is_an_objects_where_it_does_not_say(schema, parameters):
    assert made({"input_schema": schema})["parameters"] == parameters


@pytest.mark.parametrize("tool", [None, 5, "x", [1], {"name": 5}])
def test_a_tool_of_any_shape_makes_something(tool):
    assert made(tool)


@pytest.mark.parametrize(
    ("schema", "spelled"),
    [
        ('{ "type": "object" }', '{ "type": "object" ,"properties":{}}'),
        ('{"$schema": "x", "type": "string"}', '{ "type": "string"}'),
        ('{"type": "string", "$schema": "x"}', '{"type": "string"}'),
        ("{ }", '{ "type":"object","properties":{}}'),
        ('{"type": null}', '{"type":"object","properties":{}}'),
    ],
)
def test_the_text_that_is_counted_is_the_clients_own_with_the_edits_in_it(schema, spelled):
    source = f'{{"tools": [{{"input_schema": {schema}}}]}}'
    tool = orjson.loads(source)["tools"][0]
    parameters = as_function(tool, {}, Spelling(source.encode()), 0)["parameters"]
    assert json.loads(spelling_of(parameters)) == parameters
    assert spelling_of(parameters) == spelled
