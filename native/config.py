"""The configuration: what a legacy `config.yaml` says, typed.

Everything the file can say about serving requests is a field here; what each setting does stands beside it. Laws:
unknown keys are ignored and absent ones have the legacy's defaults; entries the legacy drops at its start (a Gemini
key twice, a provider without a base-url) are dropped here, so nobody downstream asks again.
"""

from dataclasses import field
from pathlib import Path
from typing import Any, Literal

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from native.credentials.aliases import settled
from native.credentials.entries import (
    ClaudeKey,
    CodexKey,
    GeminiKey,
    KiroKey,
    ModelAlias,
    OpenAICompatibility,
    VertexKey,
    excluded_models,
)
from native.section import Section, WrongKindError


class ConfigError(Exception):
    """The configuration cannot be read; the message says which file and why."""


class Tls(Section):
    """Serve HTTPS with this certificate and key."""

    enable: bool = False
    cert: str = ""
    key: str = ""


class RemoteManagement(Section):
    """Who may use the management endpoints; no secret, no endpoints."""

    allow_remote: bool = False
    secret_key: str = ""
    disable_control_panel: bool = False
    disable_auto_update_panel: bool = False
    panel_github_repository: str = "https://github.com/router-for-me/Cli-Proxy-API-Management-Center"


class QuotaExceeded(Section):
    """What to try where a quota has run out."""

    switch_project: bool = False
    switch_preview_model: bool = False
    antigravity_credits: bool = False


class Routing(Section):
    """How a credential is chosen: `round-robin`, or `fill-first` (also spelt `fillfirst`, `ff`)."""

    strategy: str = ""

    @property
    def fill_first(self) -> bool:
        """Whether the first ready credential serves until it cools down."""
        return self.strategy.strip().lower() in {"fill-first", "fillfirst", "ff"}


class Streaming(Section):
    """Heartbeats on a stream, and how often a stream that failed before its first byte starts anew."""

    keepalive_seconds: int = 0
    bootstrap_retries: int = 0


class ClaudeHeaderDefaults(Section):
    """Headers for Claude where the client sends none of its own."""

    user_agent: str = ""
    package_version: str = ""
    runtime_version: str = ""
    os: str = ""
    arch: str = ""
    timeout: str = ""
    stabilize_device_profile: bool | None = None


class CodexHeaderDefaults(Section):
    """Headers for Codex log-ins where the client sends none of its own."""

    user_agent: str = ""
    beta_features: str = ""


class AmpMapping(Section):
    """A model the Amp client asks for, and the one that answers."""

    from_: str = field(default="", metadata={"key": "from"})
    to: str = ""
    regex: bool = False


class AmpKeys(Section):
    """Client keys and the Amp key they use upstream."""

    upstream_api_key: str = ""
    api_keys: list[str] = field(default_factory=list)


class AmpCode(Section):
    """Where Amp's own calls go, and which models stand in for its."""

    upstream_url: str = ""
    upstream_api_key: str = ""
    upstream_api_keys: list[AmpKeys] = field(default_factory=list)
    restrict_management_to_localhost: bool = False
    model_mappings: list[AmpMapping] = field(default_factory=list)
    force_model_mappings: bool = False


class Deadlines(Section):
    """Seconds each phase of an upstream call may take; 0, as the legacy has it, is for ever. Native's own."""

    connect: float = 0
    headers: float = 0
    first_token: float = 0
    idle: float = 0


class Config(Section):
    """A whole `config.yaml`, with native's own settings at the end."""

    host: str = ""
    port: int = 0
    tls: Tls = field(default_factory=Tls)
    remote_management: RemoteManagement = field(default_factory=RemoteManagement)
    auth_dir: str = ""
    debug: bool = False
    commercial_mode: bool = False
    logging_to_file: bool = False
    logs_max_total_size_mb: int = 0
    error_logs_max_files: int = 10
    usage_statistics_enabled: bool = False
    disable_cooling: bool = False
    request_retry: int = 0
    max_retry_credentials: int = 0
    max_retry_interval: int = 0
    quota_exceeded: QuotaExceeded = field(default_factory=QuotaExceeded)
    routing: Routing = field(default_factory=Routing)
    ws_auth: bool = False
    proxy_url: str = ""
    force_model_prefix: bool = False
    request_log: bool = False
    api_keys: list[str] = field(default_factory=list)
    passthrough_headers: bool = False
    streaming: Streaming = field(default_factory=Streaming)
    nonstream_keepalive_interval: int = 0
    gemini_api_key: list[GeminiKey] = field(default_factory=list)
    claude_api_key: list[ClaudeKey] = field(default_factory=list)
    codex_api_key: list[CodexKey] = field(default_factory=list)
    vertex_api_key: list[VertexKey] = field(default_factory=list)
    openai_compatibility: list[OpenAICompatibility] = field(default_factory=list)
    kiro: list[KiroKey] = field(default_factory=list)
    kiro_fingerprint: dict[str, str] | None = None
    kiro_preferred_endpoint: str = ""
    codex_header_defaults: CodexHeaderDefaults = field(default_factory=CodexHeaderDefaults)
    claude_header_defaults: ClaudeHeaderDefaults = field(default_factory=ClaudeHeaderDefaults)
    ampcode: AmpCode = field(default_factory=AmpCode)
    oauth_excluded_models: dict[str, list[str]] = field(default_factory=dict)
    oauth_model_alias: dict[str, list[ModelAlias]] = field(default_factory=dict)
    payload: dict[str, Any] = field(default_factory=dict)
    incognito_browser: bool = False
    dialect: Literal["parity", "clean"] = "parity"
    deadlines: Deadlines = field(default_factory=Deadlines)

    def __post_init__(self) -> None:
        """Drop and trim what the legacy drops and trims when it reads the file."""
        self.max_retry_credentials = max(0, self.max_retry_credentials)
        self.gemini_api_key = _first_of({k.api_key: k for k in reversed(self.gemini_api_key)}, self.gemini_api_key)
        self.vertex_api_key = _first_of(
            {k.api_key + "|" + k.base_url: k for k in reversed(self.vertex_api_key)}, self.vertex_api_key
        )
        self.codex_api_key = [k for k in self.codex_api_key if k.base_url]
        self.openai_compatibility = [k for k in self.openai_compatibility if k.base_url]
        for key in self.vertex_api_key:
            key.models = [m for m in key.models if m.alias.strip() and m.name.strip()]
        self.oauth_model_alias = settled(self.oauth_model_alias)
        excluded = ((k.strip().lower(), excluded_models(v)) for k, v in self.oauth_excluded_models.items() if k.strip())
        self.oauth_excluded_models = {k: v for k, v in excluded if v}


FIXED = ("host", "port", "tls", "auth_dir")
"""What a server heeds at its start alone."""


def _first_of[T: (GeminiKey, VertexKey)](by_identity: dict[str, T], entries: list[T]) -> list[T]:
    """The entries with a key, the first of those that are the same."""
    kept = {id(entry) for entry in by_identity.values()}
    return [entry for entry in entries if entry.api_key and id(entry) in kept]


def parse(tree: Any) -> Config:
    """A configuration from its tree. Raises `ConfigError`."""
    try:
        return Config.read({} if tree is None else tree)
    except WrongKindError as error:
        raise ConfigError(f"the configuration is not valid: {error}") from error


def load(path: Path) -> Config:
    """A configuration from its file. Raises `ConfigError`."""
    try:
        return parse(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    except YAMLError as error:
        raise ConfigError(f"{path} is no YAML: {error}") from error
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error
