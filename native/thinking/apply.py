"""How much a model is told to think: from a suffix or a body, past the model's limits, into the upstream's spelling.

The whole of thinking on the request path is `apply`. Laws: pure, the body given is not changed; a suffix beats the
body; a user's own model is passed what was asked, unchecked.
"""

from dataclasses import replace
from typing import Final

from native.thinking import readers, suffix
from native.thinking.capability import UNKNOWN, Capability
from native.thinking.rules import fit
from native.thinking.setting import UNSET, Mode, Setting, budget_of
from native.thinking.strip import strip
from native.thinking.suffix import Name
from native.thinking.writers import WRITERS
from native.turn import Json

_COUNTING: Final = frozenset({"gemini", "gemini-cli", "antigravity"})


def apply(body: Json, requested: str, source: str, target: str, model: Capability | None) -> Json:
    """Tell the upstream how much to think.

    Args:
        body: The upstream's body, translated already. Not changed.
        requested: The model as it was asked for, suffix and all.
        source: The client's protocol (`openai`, `openai-response`, `claude`, `gemini`, `gemini-cli`, ...).
        target: The upstream's (`openai`, `codex`, `claude`, `gemini`, `gemini-cli`, `antigravity`, `iflow`, `kimi`).
        model: What is known of the model named before the suffix, at the provider that serves it; None if nothing.

    Raises:
        ThinkingError: The model does not offer what was asked.
    """
    if target not in WRITERS:
        return body
    model = model or UNKNOWN
    source = source or target
    name = suffix.split(requested)
    if model.users_own:
        return _pass_on(body, name, source, target, model)
    if model.support is None:
        return strip(body, target) if readers.read(body, target) else body
    suffixed = name.suffix is not None
    wish = suffix.read(name.suffix) if name.suffix is not None else readers.read(body, target)
    if not wish:
        return body
    told = fit(wish, model.support, source, target, suffixed=suffixed)
    return WRITERS[target](body, told, model)


def _pass_on(body: Json, name: Name, source: str, target: str, model: Capability) -> Json:
    """A user's own model: the wish as it came, a level in tokens where the target counts."""
    wish = suffix.read(name.suffix) if name.suffix is not None else _either(body, source, target)
    if not wish:
        return body
    if wish.mode is Mode.LEVEL and target in _COUNTING:
        budget = budget_of(wish.level)
        if budget is not None:
            wish = replace(wish, mode=Mode.BUDGET, budget=budget, level="")
    return WRITERS[target](body, wish, model)


def _either(body: Json, source: str, target: str) -> Setting:
    return readers.read(body, source) or (UNSET if source == target else readers.read(body, target))
