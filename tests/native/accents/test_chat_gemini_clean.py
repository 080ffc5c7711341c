"""What the clean dialect tells Gemini and the legacy does not."""

import pytest

from native.accents.chat_gemini import PAIR

TOOLS = [{"type": "function", "function": {"name": "a b"}}]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"max_tokens": 5}, {"maxOutputTokens": 5}),
        ({"max_completion_tokens": 6, "max_tokens": 5}, {"maxOutputTokens": 6}),
        ({"max_tokens": 5, "generationConfig": {"maxOutputTokens": 7}}, {"maxOutputTokens": 7}),
        ({"stop": "END"}, {"stopSequences": ["END"]}),
        ({"stop": ["a", None, ""]}, {"stopSequences": ["a"]}),
        ({"response_format": {"type": "json_object"}}, {"responseMimeType": "application/json"}),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"schema": {"type": "object"}}}},
            {"responseMimeType": "application/json", "responseJsonSchema": {"type": "object"}},
        ),
    ],
)
def test_settings_are_told_in_the_clean_dialect_only(a_turn, body, told):
    assert PAIR.request(dict(body), a_turn(dialect="clean"))["generationConfig"] == told
    assert PAIR.request(dict(body), a_turn()).get("generationConfig") == body.get("generationConfig")


@pytest.mark.parametrize("body", [{}, {"stop": None}, {"max_tokens": 0}, {"response_format": {"type": "text"}}])
def test_what_was_not_asked_for_is_not_told(a_turn, body):
    assert "generationConfig" not in PAIR.request(body, a_turn(dialect="clean"))


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        ("none", {"mode": "NONE"}),
        ("auto", {"mode": "AUTO"}),
        ("required", {"mode": "ANY"}),
        ({"type": "function", "function": {"name": "a b"}}, {"mode": "ANY", "allowedFunctionNames": ["a_b"]}),
    ],
)
def test_a_choice_of_tools_is_told_in_the_clean_dialect_only(a_turn, choice, told):
    body = {"tools": TOOLS, "tool_choice": choice}
    assert PAIR.request(dict(body), a_turn(dialect="clean"))["toolConfig"] == {"functionCallingConfig": told}
    assert "toolConfig" not in PAIR.request(dict(body), a_turn())


@pytest.mark.parametrize("body", [{"tool_choice": "auto"}, {"tools": TOOLS, "tool_choice": "odd"}, {"tools": TOOLS}])
def test_a_choice_without_tools_or_meaning_is_not_told(a_turn, body):
    assert "toolConfig" not in PAIR.request(body, a_turn(dialect="clean"))
