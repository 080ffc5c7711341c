import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.thinking.readers import read
from native.thinking.setting import AUTO, NONE, UNSET, Mode, Setting

PROTOCOLS = ["claude", "gemini", "gemini-cli", "antigravity", "openai", "codex", "iflow", "kimi", "openai-response"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["thinking", "type"]), inner),
    max_leaves=10,
)


def level(name):
    return Setting(Mode.LEVEL, level=name)


@pytest.mark.parametrize(
    ("protocol", "body", "wish"),
    [
        ("claude", {"thinking": {"type": "disabled", "budget_tokens": 9}}, NONE),
        ("claude", {"thinking": {"type": "enabled", "budget_tokens": 9}}, Setting(budget=9)),
        ("claude", {"thinking": {"type": "enabled"}}, AUTO),
        ("claude", {"thinking": {"budget_tokens": "77"}}, Setting(budget=77)),
        ("claude", {"thinking": {"type": "adaptive"}, "output_config": {"effort": " HIGH "}}, level("high")),
        ("claude", {"thinking": {"type": "adaptive"}, "output_config": {"effort": 3}}, UNSET),
        ("claude", {"thinking": {"type": "auto"}, "output_config": {"effort": "none"}}, NONE),
        ("claude", {"output_config": {"effort": "high"}}, UNSET),
        ("gemini", {"generationConfig": {"thinkingConfig": {"thinkingLevel": "low"}}}, level("low")),
        ("gemini", {"generationConfig": {"thinkingConfig": {"thinking_budget": -1}}}, AUTO),
        ("gemini", {"generationConfig": {"thinkingConfig": {"thinkingBudget": 0}}}, NONE),
        ("gemini-cli", {"generationConfig": {"thinkingConfig": {"thinkingBudget": 5}}}, UNSET),
        ("gemini-cli", {"request": {"generationConfig": {"thinkingConfig": {"thinkingBudget": 5}}}}, Setting(budget=5)),
        ("openai", {"reasoning_effort": "none"}, NONE),
        ("openai", {"reasoning_effort": "auto"}, level("auto")),
        ("codex", {"reasoning": {"effort": "xhigh"}}, level("xhigh")),
        ("iflow", {"chat_template_kwargs": {"enable_thinking": True}}, Setting(budget=1)),
        ("iflow", {"reasoning_split": False}, NONE),
        ("iflow", {"reasoning_effort": "low"}, level("low")),
        ("openai-response", {"reasoning": {"effort": "low"}}, UNSET),
    ],
)
def test_each_protocol_is_read_where_it_says_so(protocol, body, wish):
    assert read(body, protocol) == wish


@given(st.dictionaries(st.sampled_from(["thinking", "reasoning", "request", "generationConfig"]), JSON))
def test_any_json_is_read(body):
    assert all(isinstance(read(body, protocol), Setting) for protocol in PROTOCOLS)
