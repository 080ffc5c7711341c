import pytest

from native.accents.gemini_claude_thinking import thinking

COUNTS, NAMES = "claude-sonnet-4-5-20250929", "claude-opus-4-6"
OFF, ON = {"thinking": {"type": "disabled"}}, {"thinking": {"type": "enabled"}}


def budget(tokens):
    return {"thinking": {"type": "enabled", "budget_tokens": tokens}}


def effort(level):
    return {"thinking": {"type": "adaptive"}, "output_config": {"effort": level}}


@pytest.mark.parametrize(
    ("config", "counted", "named"),
    [
        ({"thinkingLevel": " HIGH "}, budget(24576), effort("high")),
        ({"thinking_level": "minimal"}, budget(512), effort("low")),
        ({"thinkingLevel": "none"}, OFF, OFF),
        ({"thinkingLevel": "auto"}, ON, effort("high")),
        ({"thinkingLevel": "max"}, budget(128000), effort("max")),
        ({"thinkingLevel": "weird"}, {}, effort("weird")),
        ({"thinkingLevel": ""}, {}, {}),
        ({"thinkingBudget": 0}, OFF, OFF),
        ({"thinking_budget": -1}, ON, effort("high")),
        ({"thinkingBudget": "600"}, budget(600), effort("low")),
        ({"thinkingBudget": -7}, budget(-7), {}),
        ({"includeThoughts": True}, ON, ON),
        ({"includeThoughts": False, "include_thoughts": True}, ON, ON),
        ({"includeThoughts": "true"}, {}, {}),
        ({}, {}, {}),
        ([], {}, {}),
    ],
)
def test_a_wish_is_told_as_the_model_takes_it(config, counted, named):
    assert thinking(config, COUNTS) == counted
    assert thinking(config, NAMES) == named


def test_a_model_nobody_knows_takes_a_budget():
    assert thinking({"thinkingLevel": "low"}, "somebodys-own") == budget(1024)
