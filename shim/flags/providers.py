"""Which provider a model is served by, as far as the configuration and the model's name say.

Everything that a flag's `provider` is compared with lives here; the names are those that records are filed under.
Laws: what the configuration says goes before what a name suggests; what neither says has no provider, and flags that
are narrowed by one do not cover it.
"""

from collections.abc import Callable
from typing import Any

from shim.labels import SECTIONS

SUGGESTED = (
    ("claude", "claude"),
    ("gemini", "gemini"),
    ("gpt", "codex"),
    ("o3", "codex"),
    ("o4", "codex"),
    ("codex", "codex"),
    ("qwen", "qwen"),
    ("kimi", "kimi"),
)
"""How a model's name begins, and whose it is then."""


def providers(config: str) -> Callable[[str], str]:
    """(model) -> provider, for a configuration.

    Args:
        config: Its text; what cannot be read says nothing.
    """
    named = _named(_tree(config))

    def provider(model: str) -> str:
        plain = model.partition("(")[0]
        if plain in named:
            return named[plain]
        last = plain.rpartition("/")[2]
        return next((whose for start, whose in SUGGESTED if last.startswith(start)), "")

    return provider


def _tree(config: str) -> Any:
    if not config:
        return None
    from ruamel.yaml import YAML  # noqa: PLC0415  # few narrow flags by provider, and it takes a while to load
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415  # as above

    try:
        return YAML(typ="safe").load(config)
    except YAMLError:
        return None


def _named(tree: Any) -> dict[str, str]:
    """The models that entries name, with their prefixes."""
    found: dict[str, str] = {}
    if not isinstance(tree, dict):
        return found
    for section, provider in SECTIONS.items():
        for entry in _dicts(tree.get(section)):
            prefix = entry.get("prefix")
            for model in _dicts(entry.get("models")):
                name = str(model.get("alias") or model.get("name") or "")
                if name:
                    found.setdefault(name, provider)
                    if prefix:
                        found.setdefault(f"{prefix}/{name}", provider)
    return found


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
