"""API keys as a configuration lists them: one class an upstream. Law: what is read here is trimmed here, once."""

from dataclasses import field
from typing import Annotated

from native.section import Section


def excluded_models(names: list[str]) -> list[str]:
    """Patterns of models to leave out: lower case, each once."""
    return list(dict.fromkeys(name for name in (n.strip().lower() for n in names) if name))


def _prefix(text: str) -> str:
    """A prefix without slashes around it; one with a slash inside is none."""
    bare = text.strip().strip("/")
    return "" if "/" in bare else bare


def _headers(headers: dict[str, str]) -> dict[str, str]:
    pairs = ((k.strip(), v.strip()) for k, v in headers.items())
    return {k: v for k, v in pairs if k and v}


type Trimmed = Annotated[str, str.strip]
type Prefix = Annotated[str, _prefix]
type Headers = Annotated[dict[str, str], _headers]
type Excluded = Annotated[list[str], excluded_models]


class Model(Section):
    """An upstream's model and the name clients know it by."""

    name: str = ""
    alias: str = ""


class ModelAlias(Section):
    """A second name for a model of a log-in's channel; `fork` keeps the first name too."""

    name: str = ""
    alias: str = ""
    fork: bool = False


class ThinkingSupport(Section):
    """How a model can be told to think: a budget between bounds, or named levels."""

    min: int = 0
    max: int = 0
    zero_allowed: bool = False
    dynamic_allowed: bool = False
    levels: list[str] = field(default_factory=list)


class CompatModel(Model):
    """As `Model`, with what it can think (low, medium and high where nothing is said)."""

    thinking: ThinkingSupport | None = None


class Key(Section):
    """What every key may say: where it leads, through what, for which models, and before which others."""

    api_key: str = ""
    priority: int = 0
    prefix: Prefix = ""
    base_url: Trimmed = ""
    proxy_url: Trimmed = ""
    models: list[Model] = field(default_factory=list)
    headers: Headers = field(default_factory=dict)
    excluded_models: Excluded = field(default_factory=list)


class GeminiKey(Key):
    """A key of Google's Generative Language API."""

    api_key: Trimmed = ""


class Cloak(Section):
    """How requests of other clients are made to look like Claude Code's: `auto`, `always` or `never`."""

    mode: str = ""
    strict_mode: bool = False
    sensitive_words: list[str] = field(default_factory=list)
    cache_user_id: bool | None = None


class ClaudeKey(Key):
    """A key of Anthropic's API or one like it."""

    cloak: Cloak | None = None
    experimental_cch_signing: bool = False


class CodexKey(Key):
    """A key of a Responses API such as Codex uses; `websockets` lets a WebSocket client have one upstream too."""

    websockets: bool = False


class VertexKey(Key):
    """A key of a Vertex-like API."""

    api_key: Trimmed = ""


class CompatKey(Section):
    """One key of an OpenAI-compatible provider, and its own proxy."""

    api_key: str = ""
    proxy_url: str = ""


class OpenAICompatibility(Section):
    """A provider that speaks OpenAI's chat completions. Models that share an alias are a pool."""

    name: Trimmed = ""
    priority: int = 0
    prefix: Prefix = ""
    base_url: Trimmed = ""
    api_key_entries: list[CompatKey] = field(default_factory=list)
    models: list[CompatModel] = field(default_factory=list)
    headers: Headers = field(default_factory=dict)


class KiroKey(Section):
    """A Kiro log-in that the configuration holds or points to."""

    token_file: Trimmed = ""
    access_token: Trimmed = ""
    refresh_token: Trimmed = ""
    profile_arn: Trimmed = ""
    region: Trimmed = ""
    start_url: str = ""
    proxy_url: Trimmed = ""
    agent_task_type: str = ""
    preferred_endpoint: Trimmed = ""
