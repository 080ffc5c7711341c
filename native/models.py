"""Which models there are, who serves them now, and what they can do.

`Catalogue` is what is known of models before anybody has a key (data/models.json, learnt from the legacy's own
lists); `Models` is what this server's credentials can serve. Law: a model is offered where at least one credential
that has it is neither suspended nor out of quota; a list keeps the order in which models were registered.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson

from native.thinking.capability import Capability, Support

type Json = dict[str, Any]

QUOTA_WINDOW = 300.0
"""Seconds for which a model that ran out of quota is left out of the lists."""

PLANS_WITHOUT = {
    "free": {"gpt-5.3-codex", "gpt-5.3-codex-spark", "gpt-5.4"},
    "team": {"gpt-5.3-codex-spark"},
    "business": {"gpt-5.3-codex-spark"},
    "go": {"gpt-5.3-codex-spark"},
}
"""Models that a Codex log-in does not have, by its plan; every other plan has them all."""

SEARCHED = (
    *("claude", "gemini", "vertex", "gemini-cli", "aistudio", "codex", "qwen", "iflow", "kimi", "antigravity"),
    *("github-copilot", "kiro", "kilo", "amazonq", "codebuddy", "cursor"),
)
"""The channels of the catalogue in the order in which a bare name is looked up."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model as lists show it; the fields are the legacy's, empty where it has none."""

    id: str
    created: int = 0
    owned_by: str = ""
    type: str = ""
    display_name: str = ""
    name: str = ""
    version: str = ""
    description: str = ""
    input_token_limit: int = 0
    output_token_limit: int = 0
    supported_generation_methods: tuple[str, ...] = ()
    context_length: int = 0
    max_completion_tokens: int = 0
    supported_parameters: tuple[str, ...] = ()
    supported_endpoints: tuple[str, ...] = ()
    supported_input_modalities: tuple[str, ...] = ()
    supported_output_modalities: tuple[str, ...] = ()
    thinking: Support | None = None
    user_defined: bool = False
    capability: Capability = field(init=False, repr=False, compare=False)
    """What thinking needs to know of it."""

    def __post_init__(self) -> None:
        known = Capability(self.id, self.thinking, self.max_completion_tokens, users_own=self.user_defined)
        object.__setattr__(self, "capability", known)

    @classmethod
    def read(cls, tree: Json) -> "ModelInfo":
        """A model from the legacy's JSON for it."""
        thinking = tree.get("thinking")
        return cls(
            id=tree["id"],
            created=tree.get("created", 0),
            owned_by=tree.get("owned_by", ""),
            type=tree.get("type", ""),
            display_name=tree.get("display_name", ""),
            name=tree.get("name", ""),
            version=tree.get("version", ""),
            description=tree.get("description", ""),
            input_token_limit=tree.get("inputTokenLimit", 0),
            output_token_limit=tree.get("outputTokenLimit", 0),
            supported_generation_methods=tuple(tree.get("supportedGenerationMethods", ())),
            context_length=tree.get("context_length", 0),
            max_completion_tokens=tree.get("max_completion_tokens", 0),
            supported_parameters=tuple(tree.get("supported_parameters", ())),
            supported_endpoints=tuple(tree.get("supported_endpoints", ())),
            supported_input_modalities=tuple(tree.get("supportedInputModalities", ())),
            supported_output_modalities=tuple(tree.get("supportedOutputModalities", ())),
            thinking=None
            if thinking is None
            else Support(
                thinking.get("min", 0),
                thinking.get("max", 0),
                thinking.get("zero_allowed", False),
                thinking.get("dynamic_allowed", False),
                tuple(thinking.get("levels", ())),
            ),
        )


def split_suffix(model: str) -> tuple[str, str | None]:
    """A model's name without the `(…)` at its end, and what is inside it; None where there is none."""
    if not model.endswith(")") or (opened := model.rfind("(")) < 0:
        return model, None
    return model[:opened], model[opened + 1 : -1]


def key_of(model: str) -> str:
    """The name under which a model is booked: trimmed, without a thinking suffix."""
    trimmed = model.strip()
    return split_suffix(trimmed)[0].strip() or trimmed


class CatalogueError(Exception):
    """A file of model definitions cannot be used; the message says which and why."""


_learned: Path | None = None


def learn(path: Path) -> None:
    """Take the catalogue from a file that `shim learn models` wrote, not the shipped one. Before any server is built.

    Raises:
        CatalogueError: It is no such file.
    """
    global _learned  # noqa: PLW0603 - one catalogue a process, named once at its start
    _learned = path
    catalogue.cache_clear()
    _known.cache_clear()
    try:
        catalogue()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        _learned = None
        raise CatalogueError(f"{path} is no file of model definitions: {error}") from error


@cache
def catalogue() -> dict[str, tuple[ModelInfo, ...]]:
    """Known models by channel."""
    source = files("native").joinpath("data/models.json") if _learned is None else _learned
    tree = orjson.loads(source.read_bytes())
    return {channel: tuple(ModelInfo.read(model) for model in models) for channel, models in tree.items()}


@cache
def _known() -> dict[str, ModelInfo]:
    found: dict[str, ModelInfo] = {}
    for channel in SEARCHED:
        for model in catalogue().get(channel, ()):
            found.setdefault(model.id, model)
    return found


def known(model: str) -> ModelInfo | None:
    """What the catalogue says of a model, whoever serves it."""
    return _known().get(model)


def of_channel(channel: str, plan: str = "") -> list[ModelInfo]:
    """The models a channel serves by itself; a Codex log-in's plan leaves some out."""
    without = PLANS_WITHOUT.get(plan.strip().lower(), set()) if channel == "codex" else set()
    return [model for model in catalogue().get(channel, ()) if model.id not in without]


@dataclass(slots=True)
class Registration:
    """One model: who serves it, what was last said of it, and whose quota or suspension hides it."""

    info: ModelInfo
    by_provider: dict[str, ModelInfo] = field(default_factory=dict)
    providers: dict[str, int] = field(default_factory=dict)
    count: int = 0
    out_of_quota: dict[str, float] = field(default_factory=dict)
    suspended: dict[str, str] = field(default_factory=dict)


class Models:
    """The models that this server's credentials serve."""

    def __init__(self) -> None:
        self._models: dict[str, Registration] = {}
        self._clients: dict[str, tuple[str, dict[str, ModelInfo]]] = {}
        self._counts: dict[str, dict[str, int]] = {}
        self._supported: dict[str, frozenset[str]] = {}

    def register(self, client: str, provider: str, models: Iterable[ModelInfo]) -> None:
        """Say which models a credential serves, in place of what was said before."""
        self.unregister(client)
        mine: dict[str, ModelInfo] = {}
        counts: dict[str, int] = {}
        for model in models:
            name = model.id
            if not name:
                continue
            counts[name] = counts.get(name, 0) + 1
            first = mine.setdefault(name, model)
            found = self._models.get(name)
            if found is None:
                self._models[name] = Registration(first, {provider: first}, {provider: 1}, 1, {}, {})
                continue
            found.info = found.by_provider[provider] = first
            found.providers[provider] = found.providers.get(provider, 0) + 1
            found.count += 1
        if mine:
            self._clients[client] = (provider, mine)
            self._counts[client] = counts
            self._supported[client] = frozenset(name.strip().lower() for name in mine)

    def unregister(self, client: str) -> None:
        """Forget a credential."""
        provider, mine = self._clients.pop(client, ("", {}))
        self._supported.pop(client, None)
        counts = self._counts.pop(client, {})
        for model in mine:
            found = self._models[model]
            found.count -= counts[model]
            found.providers[provider] -= counts[model]
            found.out_of_quota.pop(client, None)
            found.suspended.pop(client, None)
            if not found.providers[provider]:
                del found.providers[provider]
                del found.by_provider[provider]
            if found.count <= 0:
                del self._models[model]

    def providers(self, model: str) -> list[str]:
        """Who serves a model, those with most credentials first."""
        found = self._models.get(model)
        if found is None:
            # Cursor takes any model; it is asked where nobody else has the name.
            return ["cursor"] if model and self._serving("cursor") else []
        return sorted(found.providers, key=lambda name: (-found.providers[name], name))

    def _serving(self, provider: str) -> bool:
        return any(name == provider for name, _ in self._clients.values())

    def info(self, model: str, provider: str = "") -> ModelInfo | None:
        """What was last registered of a model, by this provider if it serves it."""
        found = self._models.get(model)
        if found is None:
            return None
        return found.by_provider.get(provider, found.info) if provider else found.info

    def lookup(self, model: str, provider: str = "") -> ModelInfo | None:
        """What is known of a model: as registered, or from the catalogue."""
        model = model.strip()
        return self.info(model, provider.strip().lower()) or known(model)

    def supports(self, client: str, model: str) -> bool:
        """Whether a credential serves a model, whatever the case of its name."""
        return model.strip().lower() in self._supported.get(client, ())

    def exact(self, client: str) -> dict[str, ModelInfo]:
        """A credential's models by name."""
        return self._clients.get(client, ("", {}))[1]

    def set_out_of_quota(self, client: str, model: str, now: float) -> None:
        """Note that a credential's quota for a model ran out."""
        if found := self._models.get(model):
            found.out_of_quota[client] = now

    def suspend(self, client: str, model: str, reason: str) -> None:
        """Leave a credential out for a model until it serves it again."""
        if found := self._models.get(model):
            found.suspended.setdefault(client, reason)

    def recovered(self, client: str, model: str) -> None:
        """Count a credential for a model again: its quota is back, and nothing leaves it out."""
        if found := self._models.get(model):
            found.out_of_quota.pop(client, None)
            found.suspended.pop(client, None)

    def available(self, now: float) -> Iterator[ModelInfo]:
        """The models to list."""
        for found in self._models.values():
            cooling = sum(now < since + QUOTA_WINDOW for since in found.out_of_quota.values())
            quota = sum(reason == "quota" for reason in found.suspended.values())
            other = len(found.suspended) - quota
            if found.count - cooling - other > 0 or (found.count > 0 and (cooling or quota) and not other):
                yield found.info

    def newest(self, now: float) -> str | None:
        """The newest model that a credential can serve at once: what `auto` stands for."""
        for info in sorted(self.available(now), key=lambda model: -model.created):
            found = self._models[info.id]
            cooling = sum(now - since < QUOTA_WINDOW for since in found.out_of_quota.values())
            if found.count - cooling - len(found.suspended) > 0:
                return info.id
        return None


def renamed(model: ModelInfo, name: str) -> ModelInfo:
    """The same model under another id."""
    return replace(model, id=name)
