"""Which models a credential offers: what its channel or its entry lists, less what is excluded, under its names.

Law: this is decided when credentials or configuration change, never during a request.
"""

from collections.abc import Iterable, Sequence

from native.config import Config
from native.credentials.aliases import apply_aliases, channel_of
from native.credentials.credential import Credential
from native.credentials.entries import CompatModel, Model
from native.models import ModelInfo, Models, known, of_channel, renamed
from native.thinking.capability import Support

OWNERS = {
    "gemini": ("google", "gemini"),
    "vertex": ("google", "vertex"),
    "claude": ("anthropic", "claude"),
    "codex": ("openai", "openai"),
}
"""Owner and type of models that an entry of the configuration names, by provider."""

LEVELS = Support(levels=("low", "medium", "high"))


def matches(pattern: str, value: str) -> bool:
    """Whether a name fits a pattern in which `*` stands for any text."""
    if "*" not in pattern:
        return bool(pattern) and pattern == value
    first, *middle, last = pattern.split("*")
    if not value.startswith(first):
        return False
    value = value[len(first) :]
    if not value.endswith(last):
        return False
    value = value[: len(value) - len(last)]
    for piece in middle:
        at = value.find(piece)
        if at < 0:
            return False
        value = value[at + len(piece) :]
    return True


def without(models: Iterable[ModelInfo], patterns: Sequence[str]) -> list[ModelInfo]:
    """The models that no pattern fits."""
    wanted = [p for p in (pattern.strip().lower() for pattern in patterns) if p]
    if not wanted:
        return list(models)
    return [m for m in models if not any(matches(p, m.id.strip().lower()) for p in wanted)]


def with_prefix(models: Sequence[ModelInfo], prefix: str, *, forced: bool) -> list[ModelInfo]:
    """The models with and, unless only prefixed names are to be had, without a prefix."""
    if not prefix:
        return list(models)
    found: dict[str, ModelInfo] = {}
    for model in models:
        name = model.id.strip()
        if not forced or prefix == name:
            found.setdefault(name, model)
        found.setdefault(f"{prefix}/{name}", renamed(model, f"{prefix}/{name}"))
    return list(found.values())


def of_entry(models: Sequence[Model], provider: str, now: float) -> list[ModelInfo]:
    """The models an entry of the configuration names, under their aliases."""
    owner, kind = OWNERS[provider]
    found: dict[str, ModelInfo] = {}
    for model in models:
        name = model.name.strip()
        alias = model.alias.strip() or name
        if alias and alias.lower() not in found:
            upstream = known(name) if name else None
            found[alias.lower()] = ModelInfo(
                id=alias,
                created=int(now),
                owned_by=owner,
                type=kind,
                display_name=name or alias,
                thinking=upstream.thinking if upstream else None,
                user_defined=True,
            )
    return list(found.values())


def of_compatible(models: Sequence[CompatModel], owner: str, now: float) -> list[ModelInfo]:
    """The models of an OpenAI-compatible provider, one for each entry even where entries share an alias."""
    return [
        ModelInfo(
            id=(name := model.alias or model.name),
            created=int(now),
            owned_by=owner,
            type="openai-compatibility",
            display_name=name,
            thinking=LEVELS
            if model.thinking is None
            else Support(
                model.thinking.min,
                model.thinking.max,
                model.thinking.zero_allowed,
                model.thinking.dynamic_allowed,
                tuple(model.thinking.levels),
            ),
        )
        for model in models
    ]


def offered(credential: Credential, config: Config, now: float) -> list[ModelInfo]:
    """The models one credential serves, under every name a client may use."""
    forced = config.force_model_prefix
    if credential.compatible:
        return with_prefix(
            of_compatible(credential.entry.models, credential.entry.name, now), credential.prefix, forced=forced
        )
    models = of_channel(credential.provider, credential.attributes.get("plan_type", ""))
    if credential.entry is not None and credential.provider in OWNERS and credential.entry.models:
        models = of_entry(credential.entry.models, credential.provider, now)
    models = without(models, credential.excluded)
    models = apply_aliases(models, config.oauth_model_alias.get(channel_of(credential), []))
    return with_prefix(models, credential.prefix, forced=forced)


def register(models: Models, credential: Credential, config: Config, now: float) -> None:
    """Say in the registry what a credential serves now."""
    if credential.disabled or credential.attributes.get("gemini_virtual_primary") == "true":
        models.unregister(credential.id)
    else:
        models.register(credential.id, credential.provider, offered(credential, config, now))
