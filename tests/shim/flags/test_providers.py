"""A model's provider is what the configuration says, else what its name suggests, else nobody's."""

import pytest

from shim.flags.providers import providers

CONFIG = """
claude-api-key:
- api-key: k
  prefix: work
  models:
  - {name: claude-x, alias: mine}
codex-api-key:
- models: [{name: gemini-in-disguise}, odd, {alias: 5}]
openai-compatibility:
- name: elsewhere
  models:
  - {name: a, alias: claude-from-elsewhere}
vertex-api-key: odd
"""


@pytest.mark.parametrize(
    ("model", "provider"),
    [
        ("mine", "claude"),
        ("work/mine", "claude"),
        ("mine(high)", "claude"),
        ("gemini-in-disguise", "codex"),
        ("claude-from-elsewhere", "openai-compatibility"),
        ("gemini-3-pro", "gemini"),
        ("home/gpt-5", "codex"),
        ("nobody-knows", ""),
        ("", ""),
    ],
)
def test_a_models_provider_is_found(model, provider):
    assert providers(CONFIG)(model) == provider


@pytest.mark.parametrize("config", ["", "[", "- a", "claude-api-key: 5"])
def test_a_configuration_that_says_nothing_leaves_the_name(config):
    assert providers(config)("claude-x") == "claude"
