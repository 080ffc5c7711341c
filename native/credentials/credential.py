"""A credential: what one upstream account or key is, and how it fares.

Everything the pool and the providers know of an account lives here. Laws: its identity (`id`) is stable over restarts,
for rotation goes by it; what it may be asked (`states`) is kept per model, under the name its failures were booked on.
"""

from dataclasses import dataclass, field
from typing import Any

type Json = dict[str, Any]


@dataclass(slots=True)
class Quota:
    """Whether a quota ran out, until when, and how often in a row."""

    exceeded: bool = False
    recover_at: float = 0.0
    level: int = 0


@dataclass(slots=True)
class ModelState:
    """How one model fares on a credential: `retry_at` is 0 where nothing holds it back."""

    unavailable: bool = False
    status: str = "active"
    message: str = ""
    retry_at: float = 0.0
    error: Json | None = None
    quota: Quota = field(default_factory=Quota)
    updated_at: float = 0.0


@dataclass(slots=True)
class Credential:
    """One account or key.

    Attributes:
        id: Stable name: `claude:apikey:<hash>` for a key, the file's name for a log-in.
        provider: Who serves it: `claude`, `gemini`, `codex`, an OpenAI-compatible provider's name in lower case, ...
        kind: `apikey` or `oauth`.
        label: What people call it.
        prefix: Models may be asked for as `prefix/model`.
        proxy_url: Its own proxy; `direct` or `none` goes around every proxy; empty takes the configuration's.
        api_key: The key itself, empty for a log-in.
        base_url: Where the provider is, empty for its usual place.
        headers: Headers to add, as the configuration or the file has them.
        priority: Higher serves first.
        websockets: Whether it may be used over a WebSocket upstream.
        entry: The configuration's entry it was made from, None for a log-in.
        attributes: What else is known as text (`plan_type`, `gemini_virtual_parent`, ...).
        metadata: A log-in's file as JSON; changed in place when a token is renewed.
        excluded: Patterns of models it is not to serve.
        disabled: Switched off by its owner.
        states: By model, how it fares.
    """

    id: str
    provider: str
    kind: str = "apikey"
    label: str = ""
    prefix: str = ""
    proxy_url: str = ""
    api_key: str = ""
    base_url: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    priority: int = 0
    websockets: bool = False
    entry: Any = None
    attributes: dict[str, str] = field(default_factory=dict)
    metadata: Json = field(default_factory=dict)
    excluded: list[str] = field(default_factory=list)
    disabled: bool = False
    status: str = "active"
    message: str = ""
    unavailable: bool = False
    retry_at: float = 0.0
    error: Json | None = None
    quota: Quota = field(default_factory=Quota)
    states: dict[str, ModelState] = field(default_factory=dict)
    created_at: float = 0.0
    updated_at: float = 0.0

    @property
    def compatible(self) -> bool:
        """Whether an OpenAI-compatible provider of the configuration made it."""
        return "compat_name" in self.attributes

    @property
    def parent(self) -> str:
        """The log-in that this one was split off, where one account has several projects."""
        return self.attributes.get("gemini_virtual_parent", "").strip()
