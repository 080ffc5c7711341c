"""What a chat request becomes for Gemini, its messages aside; the legacy's own words are in test_chat_pairs."""

import pytest

from native.accents.chat_gemini import PAIR, SAFETY, generation, tools


def function(name="f", **more):
    return {"type": "function", "function": {"name": name, **more}}


def test_a_request_has_the_default_safety_settings(a_turn):
    assert PAIR.request({}, a_turn()) == {"contents": [], "model": "m", "safetySettings": list(SAFETY)}


def test_functions_share_one_tool_and_built_in_tools_follow_kind_by_kind():
    given = [{"url_context": {}}, function("f"), {"google_search": {"a": 1}}, function("g"), {"google_search": {}}]
    assert [sorted(tool) for tool in tools({"tools": given})] == [
        ["functionDeclarations"],
        ["googleSearch"],
        ["googleSearch"],
        ["urlContext"],
    ]


def test_a_declaration_has_its_schema_under_geminis_key_and_no_strictness():
    given = function("a b", strict=True, description="d", parameters={"type": "object", "x-odd": 1})
    assert tools({"tools": [given]})[0]["functionDeclarations"] == [
        {"name": "a_b", "description": "d", "parametersJsonSchema": {"type": "object", "x-odd": 1}}
    ]


def test_a_function_without_parameters_takes_an_empty_object():
    declared = tools({"tools": [function()]})[0]["functionDeclarations"][0]
    assert declared["parametersJsonSchema"] == {"type": "object", "properties": {}}


@pytest.mark.parametrize("given", [None, {}, [], [None], [{"type": "function"}], [{"type": "web_search"}]])
def test_no_functions_make_no_tools(given):
    assert tools({"tools": given}) == []


@pytest.mark.parametrize(
    ("effort", "told"),
    [
        ("auto", {"thinkingBudget": -1, "includeThoughts": True}),
        (" High", {"thinkingLevel": "high", "includeThoughts": True}),
        ("none", {"thinkingLevel": "none", "includeThoughts": False}),
    ],
)
def test_an_effort_becomes_a_level_beside_the_clients_own_settings(effort, told):
    own = {"topK": 1, "thinkingConfig": {"own": True}}
    said = generation({"reasoning_effort": effort, "generationConfig": own})
    assert said == {"topK": 1, "thinkingConfig": {"own": True, **told}}
    assert own == {"topK": 1, "thinkingConfig": {"own": True}}


def test_chat_settings_go_before_the_clients_own():
    said = generation({"temperature": 0.5, "top_k": True, "n": 1, "generationConfig": {"temperature": 1, "topK": 3}})
    assert said == {"temperature": 0.5, "topK": 3}


def test_pictures_are_asked_for():
    said = generation(
        {"modalities": ["Text", "image", "audio"], "image_config": {"aspect_ratio": "1:1", "image_size": 2}}
    )
    assert said == {"responseModalities": ["TEXT", "IMAGE"], "imageConfig": {"aspectRatio": "1:1"}}


def test_a_body_keeps_the_clients_tools_unchanged(a_turn):
    given = function("a b", parameters={})
    PAIR.request({"tools": [given]}, a_turn())
    assert given == function("a b", parameters={})


def test_lists_where_settings_belong_are_left_alone():
    assert generation({"generationConfig": [1], "temperature": 1, "reasoning_effort": "low"}) == [1]
    own = {"thinkingConfig": []}
    assert generation({"generationConfig": own, "reasoning_effort": "low"}) == own


def test_a_function_whose_schema_is_a_list_is_left_out():
    odd = function("odd", parametersJsonSchema=[]) | {"google_search": {}}
    assert tools({"tools": [odd, function("f", parameters=[])]}) == [
        {"functionDeclarations": [{"name": "f", "parametersJsonSchema": []}]}
    ]
