"""Schemas cleaned for Gemini, and for Claude behind Antigravity."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.accents.gemini_schema import clean_schema, clean_schema_for_antigravity


def an_object(required=None, **properties):
    schema = {"type": "object", "properties": properties}
    return schema if required is None else schema | {"required": required}


@pytest.mark.parametrize(
    ("schema", "cleaned"),
    [
        ({"$ref": "#/$defs/Item"}, {"type": "object", "description": "See: Item"}),
        ({"$ref": "Item", "description": "d"}, {"type": "object", "description": "d (See: Item)"}),
        ({"enum": [1, 2]}, {"enum": ["1", "2"], "type": "string", "description": "Allowed: 1, 2"}),
        ({"enum": ["a"], "type": "integer"}, {"enum": ["a"], "type": "string"}),
        (
            {"type": "object", "additionalProperties": False},
            {"type": "object", "description": "No extra properties allowed"},
        ),
        (
            {"type": "string", "minLength": 1, "pattern": "^a", "format": "uri"},
            {"type": "string", "description": "minLength: 1 (pattern: ^a) (format: uri)"},
        ),
        (
            {"type": "number", "minimum": 0, "default": 1.0},
            {"type": "number", "minimum": 0, "description": "default: 1"},
        ),
        ({"type": ["string", "null"]}, {"type": "string", "description": "(nullable)"}),
        ({"type": ["string", "integer"]}, {"type": "string", "description": "Accepts: string | integer"}),
        ({"type": ["null"]}, {"type": "string", "description": "(nullable)"}),
        (
            {"type": "string", "title": "T", "nullable": True, "x-order": 1, "$schema": "s", "$id": "i"},
            {"type": "string"},
        ),
        (
            {"anyOf": [{"type": "null"}, {"type": "string"}]},
            {"type": "string", "description": "Accepts: null | string"},
        ),
        (
            {"description": "d", "oneOf": [{"type": "string", "description": "e"}]},
            {"type": "string", "description": "d (e)"},
        ),
        ({"anyOf": []}, {"anyOf": []}),
    ],
)
def test_a_keyword_gemini_does_not_know_becomes_a_hint_or_goes(schema, cleaned):
    assert clean_schema({"properties": {"a": schema}})["properties"]["a"] == cleaned


def test_hints_stand_in_the_order_of_the_keywords_table():
    schema = {"properties": {"a": {"format": "uri", "minLength": 1, "description": "d"}}}
    assert clean_schema(schema)["properties"]["a"] == {"description": "d (minLength: 1) (format: uri)"}


def test_a_constant_is_an_enumeration_of_one():
    assert clean_schema({"properties": {"a": {"const": "x"}}})["properties"]["a"] == {"enum": ["x"], "type": "string"}


def test_a_property_that_may_be_null_is_not_required():
    schema = an_object(["a", "b"], a={"type": ["string", "null"]}, b={"type": "string"})
    assert clean_schema(schema) == an_object(
        ["b"], a={"type": "string", "description": "(nullable)"}, b={"type": "string"}
    )


def test_parts_of_an_all_of_are_merged():
    schema = {"allOf": [an_object(["a"], a={}), an_object(["a", "b"], b={})]}
    assert clean_schema(schema) == {"properties": {"a": {}, "b": {}}, "required": ["a", "b"]}


def test_properties_named_like_keywords_stay():
    schema = an_object(["format", "title"], format={"type": "string"}, title={"type": "string"})
    assert clean_schema(orjson.loads(orjson.dumps(schema))) == schema


def test_required_names_that_no_property_has_go():
    assert clean_schema(an_object(["a", "gone"], a={})) == an_object(["a"], a={})
    assert clean_schema(an_object(["gone"], a={})) == an_object(a={})


def test_the_richest_choice_of_a_union_is_kept():
    schema = {"properties": {"a": {"anyOf": [{"type": "string"}, {"items": {}}, an_object(k={})]}}}
    assert clean_schema(schema)["properties"]["a"] == {
        "type": "object",
        "properties": {"k": {}},
        "description": "Accepts: string | array | object",
    }


def test_claude_behind_antigravity_wants_a_required_property_in_every_object():
    reason = {"type": "string", "description": "Brief explanation of why you are calling this tool"}
    assert clean_schema_for_antigravity({"type": "object"}) == an_object(["reason"], reason=reason)
    inner = an_object(a={"type": "string"})
    cleaned = clean_schema_for_antigravity(an_object(["in"], **{"in": inner}))
    assert cleaned["properties"]["in"] == an_object(["_"], a={"type": "string"}, _={"type": "boolean"})


def test_placeholders_of_an_earlier_cleaning_go():
    inner = an_object(["_"], a={}, _={"type": "boolean"})
    assert clean_schema(an_object(**{"in": inner})) == an_object(**{"in": an_object(a={})})
    inner = clean_schema_for_antigravity({"type": "object"})
    assert clean_schema(an_object(**{"in": inner})) == an_object(**{"in": an_object()})


def test_a_schema_that_needs_nothing_is_handed_back_itself():
    schema = an_object(["a"], a={"type": "string", "description": "d"})
    assert clean_schema(schema) is schema


def words(told):
    return told.split()


KEYS = st.sampled_from(
    words(
        "type properties required items enum const anyOf oneOf allOf description default format x-y _ reason $ref "
        "$defs additionalProperties nullable title"
    )
)
SCHEMAS = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.sampled_from(["object", "string", "null", "a"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)


@given(SCHEMAS)
def test_no_json_makes_the_cleaning_raise(schema):
    text = orjson.dumps(schema)
    orjson.dumps(clean_schema(orjson.loads(text)))
    orjson.dumps(clean_schema_for_antigravity(orjson.loads(text)))


@given(st.dictionaries(KEYS, SCHEMAS, max_size=4))
def test_nothing_unsupported_is_left_outside_properties(schema):
    def left(tree, inside):
        if isinstance(tree, dict):
            for key, value in tree.items():
                if inside != "properties":
                    assert key not in {"$ref", "default", "format", "title", "nullable", "additionalProperties"}
                left(value, key)
        elif isinstance(tree, list):
            for value in tree:
                left(value, None)

    left(clean_schema({"properties": {"a": schema}}), None)
