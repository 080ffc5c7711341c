import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.thinking import Capability, Support, ThinkingError, apply

LEGACY = [json.loads(line) for line in Path(__file__).with_name("legacy.jsonl").read_text().splitlines()]
"""What the legacy made of made-up bodies, models and suffixes."""

PROTOCOLS = ["openai", "openai-response", "claude", "gemini", "gemini-cli", "antigravity", "codex", "iflow", "kimi"]
WORDS = ["none", "auto", "low", "high", "max", "HIGH", "odd", "", "enabled", "disabled", "adaptive", "8192"]
KEYS = [
    "thinking",
    "type",
    "budget_tokens",
    "output_config",
    "effort",
    "reasoning",
    "reasoning_effort",
    "generationConfig",
    "thinkingConfig",
    "thinkingLevel",
    "thinkingBudget",
    "includeThoughts",
    "request",
    "max_tokens",
    "chat_template_kwargs",
    "enable_thinking",
]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(WORDS)
    | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=25,
)
BODIES = st.dictionaries(st.sampled_from(KEYS), JSON, max_size=6)
LIMITS = st.integers(0, 100_000)
SUPPORT = st.builds(
    Support,
    LIMITS,
    LIMITS,
    st.booleans(),
    st.booleans(),
    st.lists(st.sampled_from(WORDS), max_size=3).map(tuple),
)
MODELS = st.none() | st.builds(
    Capability, st.sampled_from(["m", "claude-x", "glm-4"]), st.none() | SUPPORT, LIMITS, st.booleans()
)


def capability(model):
    if model is None:
        return None
    support = model["support"] and Support(**{**model["support"], "levels": tuple(model["support"]["levels"])})
    return Capability(**{**model, "support": support})


@pytest.mark.parametrize("case", LEGACY, ids=lambda case: f"{case['source']}-{case['target']}")
def test_an_upstream_is_told_what_the_legacy_tells_it(case):
    given_to = (case["body"], case["requested"], case["source"], case["target"], capability(case["model"]))
    if "refused" in case:
        with pytest.raises(ThinkingError) as refusal:
            apply(*given_to)
        assert (refusal.value.message, refusal.value.status) == (case["refused"], 400)
    else:
        assert apply(*given_to) == case["told"]


def test_a_suffix_beats_the_body():
    model = Capability("m", Support(levels=("low", "high")))
    assert apply({"reasoning_effort": "low"}, "m(high)", "openai", "openai", model) == {"reasoning_effort": "high"}


def test_a_users_own_model_is_passed_what_was_asked():
    assert apply({}, "mine(max)", "openai", "openai", None) == {"reasoning_effort": "max"}


def test_a_model_that_cannot_think_is_not_told_to():
    asked = {"thinking": {"type": "enabled", "budget_tokens": 9}, "output_config": {"effort": "low"}, "x": 1}
    assert apply(asked, "m(high)", "claude", "claude", Capability("m")) == {"x": 1}


def test_a_protocol_without_a_spelling_is_left_alone():
    body = {"reasoning_effort": "low"}
    assert apply(body, "m(high)", "openai", "openai-response", None) is body


@given(BODIES, st.sampled_from(["m", "m(high)", "m(-1)", "m(0)", "m(99)", "m()"]), MODELS, st.data())
def test_no_body_does_more_than_be_refused(body, requested, model, data):
    source, target = data.draw(st.sampled_from(PROTOCOLS)), data.draw(st.sampled_from(PROTOCOLS))
    before = json.dumps(body)
    with suppress(ThinkingError):
        apply(body, requested, source, target, model)
    assert json.dumps(body) == before
