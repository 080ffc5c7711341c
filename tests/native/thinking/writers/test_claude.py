from native.thinking import Capability, Support
from native.thinking.setting import AUTO, NONE, Mode, Setting
from native.thinking.writers.claude import write

COUNTING = Capability("m", Support(least=1024, most=64000), completion=64000)
ADAPTIVE = Capability("m", Support(least=1024, most=64000, levels=("low", "high", "max")), completion=64000)
OWN = Capability("m", users_own=True)


def test_a_budget_is_enabled_and_its_effort_taken_out():
    body = {"max_tokens": 9000, "output_config": {"effort": "low"}}
    told = write(body, Setting(budget=2000), COUNTING)
    assert told == {"max_tokens": 9000, "thinking": {"type": "enabled", "budget_tokens": 2000}}


def test_a_budget_stays_under_the_answers_limit():
    told = write({"max_tokens": 4096}, Setting(budget=8192), COUNTING)
    assert told["thinking"]["budget_tokens"] == 4095


def test_a_budget_that_would_fall_under_the_least_is_left_for_claude_to_refuse():
    told = write({"max_tokens": 100}, Setting(budget=8192), COUNTING)
    assert told["thinking"]["budget_tokens"] == 8192


def test_a_body_without_a_limit_gets_the_models():
    assert write({}, Setting(budget=2000), COUNTING)["max_tokens"] == 64000


def test_a_level_is_adaptive_where_the_model_has_levels_and_tokens_where_not():
    high = Setting(Mode.LEVEL, level="high")
    told = write({"thinking": {"type": "enabled", "budget_tokens": 5}}, high, ADAPTIVE)
    assert told == {"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}}
    assert write({"max_tokens": 64000}, high, COUNTING)["thinking"] == {"type": "enabled", "budget_tokens": 24576}


def test_as_it_likes_is_adaptive_or_enabled_without_a_budget():
    assert write({}, AUTO, ADAPTIVE) == {"thinking": {"type": "adaptive"}}
    assert write({}, AUTO, COUNTING) == {"thinking": {"type": "enabled"}}


def test_none_is_disabled():
    asked = {"thinking": {"type": "enabled", "budget_tokens": 5}, "output_config": {"effort": "low", "x": 1}}
    assert write(asked, NONE, ADAPTIVE) == {"thinking": {"type": "disabled"}, "output_config": {"x": 1}}


def test_a_users_own_model_gets_a_budget_whatever_the_limit():
    told = write({"max_tokens": 10}, Setting(budget=8192), OWN)
    assert told == {"max_tokens": 10, "thinking": {"type": "enabled", "budget_tokens": 8192}}
