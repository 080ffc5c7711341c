"""Model names that are not the upstream's: aliases of keys, of OpenAI-compatible pools and of log-ins' channels.

Law: a thinking suffix the client wrote stays on the resolved name, unless the configuration's own name has one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from native.credentials.credential import Credential
from native.credentials.entries import Model, ModelAlias
from native.models import ModelInfo, split_suffix

CHANNELS = {
    "vertex",
    "claude",
    "codex",
    "gemini-cli",
    "aistudio",
    "antigravity",
    "qwen",
    "iflow",
    "kiro",
    "github-copilot",
    "kimi",
}
"""Providers whose log-ins may have aliases; keys have their own."""

BUILT_IN = {
    "kiro": (
        ("kiro-claude-sonnet-4-6", "claude-sonnet-4-6"),
        ("kiro-claude-sonnet-4-5", "claude-sonnet-4-5-20250929"),
        ("kiro-claude-sonnet-4-5", "claude-sonnet-4-5"),
        ("kiro-claude-sonnet-4", "claude-sonnet-4-20250514"),
        ("kiro-claude-sonnet-4", "claude-sonnet-4"),
        ("kiro-claude-opus-4-6", "claude-opus-4-6"),
        ("kiro-claude-opus-4-5", "claude-opus-4-5-20251101"),
        ("kiro-claude-opus-4-5", "claude-opus-4-5"),
        ("kiro-claude-haiku-4-5", "claude-haiku-4-5-20251001"),
        ("kiro-claude-haiku-4-5", "claude-haiku-4-5"),
    ),
    "github-copilot": (
        ("claude-haiku-4.5", "claude-haiku-4-5"),
        ("claude-opus-4.1", "claude-opus-4-1"),
        ("claude-opus-4.5", "claude-opus-4-5"),
        ("claude-opus-4.6", "claude-opus-4-6"),
        ("claude-sonnet-4.5", "claude-sonnet-4-5"),
        ("claude-sonnet-4.6", "claude-sonnet-4-6"),
    ),
}
"""Aliases that these channels have where the configuration says nothing of the channel; each keeps the first name."""


def settled(given: dict[str, list[ModelAlias]]) -> dict[str, list[ModelAlias]]:
    """Aliases by channel as they act: trimmed, each alias once, built-in ones where a channel is not named at all."""
    named = {channel.strip().lower() for channel in given}
    found = {
        c: [ModelAlias(name=n, alias=a, fork=True) for n, a in pairs] for c, pairs in BUILT_IN.items() if c not in named
    }
    for raw, aliases in given.items():
        channel = raw.strip().lower()
        clean: dict[str, ModelAlias] = {}
        for entry in aliases:
            name, alias = entry.name.strip(), entry.alias.strip()
            if name and alias and name.lower() != alias.lower():
                clean.setdefault(alias.lower(), ModelAlias(name=name, alias=alias, fork=entry.fork))
        if channel:
            found[channel] = list(clean.values())
    return found


def channel_of(credential: Credential) -> str:
    """The channel whose aliases hold for a credential, or empty."""
    if credential.provider not in CHANNELS or credential.kind == "apikey":
        return ""
    return credential.provider


def with_suffix(resolved: str, suffix: str | None) -> str:
    """A resolved name with the client's thinking suffix, unless it has its own."""
    resolved = resolved.strip()
    return f"{resolved}({suffix})" if suffix and split_suffix(resolved)[1] is None else resolved


def of_log_in(requested: str, aliases: Iterable[ModelAlias]) -> str:
    """The upstream's name for a model of a log-in's channel; what was asked for where no alias fits."""
    base, suffix = split_suffix(requested)
    by_alias = {entry.alias.lower(): entry.name for entry in aliases}
    for candidate in dict.fromkeys((base, requested)):
        original = by_alias.get(candidate.strip().lower())
        if original:
            return requested if original.lower() == base.lower() else with_suffix(original, suffix)
    return requested


def pool_of(requested: str, models: Sequence[Model]) -> list[str]:
    """The upstream's names behind a name: every model with that alias, else the one with that name."""
    requested = requested.strip()
    base, suffix = split_suffix(requested)
    candidates = {(base or requested).lower(), requested.lower()}
    found: dict[str, str] = {}
    for model in models:
        if model.alias.strip().lower() in candidates and model.alias.strip():
            resolved = with_suffix(model.name.strip() or base or requested, suffix)
            found.setdefault(resolved.lower(), resolved)
    if found:
        return list(found.values())
    return next(
        ([with_suffix(m.name, suffix)] for m in models if m.name.strip() and m.name.strip().lower() in candidates), []
    )


def of_key(requested: str, models: Sequence[Model]) -> str:
    """The upstream's name for a model of a key's entry; what was asked for where none fits. The first alias wins."""
    requested = requested.strip()
    base, suffix = split_suffix(requested)
    key = (base or requested).lower()
    table: dict[str, str] = {}
    for model in models:
        alias, name = model.alias.strip(), model.name.strip()
        alias_key = (split_suffix(alias)[0] or alias).lower()
        if alias and name and alias_key not in table:
            table[alias_key] = name
            table.setdefault((split_suffix(name)[0] or name).lower(), name)
    if key in table:
        return with_suffix(table[key], suffix)
    pool = pool_of(requested, models)
    return pool[0] if pool else requested


def _name_under(name: str, old: str, new: str) -> str:
    """A Gemini-style name (`models/x`) under a new id."""
    if name.strip().lower() == old.lower():
        return new
    return name.strip()[: -len(old)] + new if name.strip().endswith("/" + old) else name


def apply_aliases(models: Sequence[ModelInfo], aliases: Iterable[ModelAlias]) -> list[ModelInfo]:
    """A channel's models under their aliases; the first name stays only where an alias says `fork`."""
    forward: dict[str, list[ModelAlias]] = {}
    for entry in aliases:
        forward.setdefault(entry.name.lower(), []).append(entry)
    if not forward:
        return list(models)
    found: dict[str, ModelInfo] = {}
    for model in models:
        entries = forward.get(model.id.strip().lower(), [])
        keep = not entries or any(entry.fork for entry in entries)
        if keep:
            found.setdefault(model.id.lower(), model)
        added = False
        for entry in entries:
            if entry.alias.lower() not in found and entry.alias.lower() != model.id.lower():
                name = _name_under(model.name, model.id, entry.alias) if model.name else ""
                found[entry.alias.lower()] = replace(model, id=entry.alias, name=name)
                added = True
        if not keep and not added:
            found.setdefault(model.id.lower(), model)
    return list(found.values())
