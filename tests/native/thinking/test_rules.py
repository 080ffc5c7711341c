import pytest

from native.thinking import Support, ThinkingError
from native.thinking.rules import fit
from native.thinking.setting import AUTO, NONE, Mode, Setting

COUNTING = Support(least=1024, most=32000)
NAMED = Support(levels=("low", "medium", "high"))


def told(wish, support, source="claude", target="claude", *, suffixed=False):
    return fit(wish, support, source, target, suffixed=suffixed)


def level(name):
    return Setting(Mode.LEVEL, level=name)


def test_a_model_that_counts_is_told_a_level_in_tokens():
    assert told(level("medium"), COUNTING) == Setting(budget=8192)
    assert told(level("max"), COUNTING) == Setting(budget=32000)


def test_a_model_that_names_is_told_tokens_as_its_nearest_level():
    assert told(Setting(budget=300), NAMED) == level("low")
    assert told(Setting(budget=90_000), NAMED) == level("high")


def test_of_two_levels_as_near_the_lower_is_told():
    assert told(level("medium"), Support(levels=("high", "low")), source="openai") == level("low")


def test_a_budget_in_the_targets_own_protocol_must_be_in_range():
    with pytest.raises(ThinkingError, match=r"budget 99999 out of range \[1024,32000\]"):
        told(Setting(budget=99_999), COUNTING)


def test_a_budget_that_was_translated_or_came_as_a_suffix_is_brought_in_range():
    assert told(Setting(budget=99_999), COUNTING, source="gemini") == Setting(budget=32_000)
    assert told(Setting(budget=5), COUNTING, suffixed=True) == Setting(budget=1024)


def test_a_level_that_the_model_does_not_have_is_refused_in_its_own_family():
    with pytest.raises(ThinkingError, match='level "xhigh" not supported, valid levels: low, medium, high'):
        told(level("XHIGH"), NAMED, source="openai-response", target="codex")
    assert told(level("xhigh"), NAMED, source="claude", target="codex") == level("high")


def test_a_refusal_quotes_what_does_not_print():
    with pytest.raises(ThinkingError) as refusal:
        told(level('a"\\\n\x07\x7f\x85\U000e0001é'), NAMED)
    assert refusal.value.message.startswith(r'level "a\"\\\n\a\x7f\u0085\U000e0001é" not')


def test_an_unknown_level_is_refused_where_tokens_are_needed():
    with pytest.raises(ThinkingError, match="unknown level: odd"):
        told(level("odd"), COUNTING)


def test_a_model_that_cannot_choose_is_told_the_middle():
    assert told(AUTO, COUNTING) == Setting(budget=16512)
    assert told(AUTO, NAMED) == level("medium")
    assert told(AUTO, Support(zero=True)) == NONE
    assert told(AUTO, Support(dynamic=True)) == AUTO


def test_a_model_that_must_think_is_told_its_least():
    assert told(NONE, COUNTING, target="gemini") == Setting(Mode.NONE, budget=1024)
    both = Support(least=512, most=1024, levels=("low", "high"))
    assert told(NONE, both, target="gemini") == Setting(Mode.NONE, budget=512, level="low")


def test_claude_can_always_be_told_not_to():
    assert told(NONE, COUNTING) == NONE
    assert told(level("none"), NAMED, source="openai") == NONE
