from native.thinking import Capability, Support
from native.thinking.setting import AUTO, NONE, Mode, Setting
from native.thinking.writers.gemini import ANTIGRAVITY, GEMINI, GEMINI_CLI

COUNTING = Capability("m", Support(most=24576))
NAMED = Capability("m", Support(levels=("low", "high")))
LOW = Setting(Mode.LEVEL, level="low")


def config(body, *root):
    for key in (*root, "generationConfig", "thinkingConfig"):
        body = body[key]
    return body


def test_thoughts_are_shown_where_there_are_some_to_show():
    assert config(GEMINI({}, Setting(budget=5), COUNTING)) == {"thinkingBudget": 5, "includeThoughts": True}
    assert config(GEMINI({}, AUTO, COUNTING)) == {"thinkingBudget": -1, "includeThoughts": True}
    assert config(GEMINI({}, NONE, COUNTING)) == {"thinkingBudget": 0, "includeThoughts": False}


def test_a_client_that_wants_no_thoughts_gets_none():
    asked = {"generationConfig": {"thinkingConfig": {"include_thoughts": False, "thinking_budget": 9}}}
    assert config(GEMINI(asked, Setting(budget=5), COUNTING)) == {"thinkingBudget": 5, "includeThoughts": False}
    assert config(GEMINI(asked, LOW, NAMED)) == {"thinkingLevel": "low", "includeThoughts": False}


def test_a_level_takes_the_budgets_place():
    asked = {"generationConfig": {"thinkingConfig": {"thinkingBudget": 9}, "topK": 1}}
    told = GEMINI(asked, LOW, NAMED)
    assert told == {
        "generationConfig": {"thinkingConfig": {"thinkingLevel": "low", "includeThoughts": True}, "topK": 1}
    }


def test_gemini_cli_is_told_inside_its_request():
    assert config(GEMINI_CLI({}, Setting(budget=5), COUNTING), "request")["thinkingBudget"] == 5


def test_a_claude_behind_antigravity_stays_under_the_answers_limit():
    claude = Capability("claude-x", Support(least=1024, most=64000), completion=8000)
    told = ANTIGRAVITY({}, Setting(budget=9000), claude)
    assert config(told, "request")["thinkingBudget"] == 7999
    assert told["request"]["generationConfig"]["maxOutputTokens"] == 8000


def test_a_claude_behind_antigravity_without_room_to_think_is_not_told_to():
    claude = Capability("claude-x", Support(least=1024, most=64000))
    asked = {"request": {"generationConfig": {"maxOutputTokens": 500, "thinkingConfig": {"thinkingBudget": 1}}}}
    told = ANTIGRAVITY(asked, Setting(budget=9000), claude)
    assert told == {"request": {"generationConfig": {"maxOutputTokens": 500}}}
