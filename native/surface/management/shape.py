"""What the management endpoints know of a configuration: every setting, its kind, and how it is cleaned.

Laws: the order is the file's; what is cleaned here is cleaned the same when the file is read and when a client writes.
"""

from collections.abc import Callable
from typing import Any

from native.credentials.aliases import BUILT_IN
from native.surface.management.kinds import (
    NUMBER,
    SWITCH,
    TEXT,
    TEXTS,
    Anything,
    Field,
    Kind,
    List,
    Map,
    Optional,
    Shape,
)

type Json = dict[str, Any]


def _all(kind: Kind, *names: str, optional: bool = False) -> tuple[Field, ...]:
    return tuple(Field(name, kind, optional) for name in names)


MODEL = Shape(*_all(TEXT, "name", "alias"))
ALIAS = Shape(*MODEL.fields, Field("fork", SWITCH, optional=True))
HEADERS = Field("headers", Map(TEXT), optional=True)
EXCLUDED = Field("excluded-models", TEXTS, optional=True)
PRIORITY = (Field("priority", NUMBER, optional=True), Field("prefix", TEXT, optional=True))
API_KEY = Field("api-key", TEXT)
CLOAK = Shape(
    Field("mode", TEXT, optional=True),
    Field("strict-mode", SWITCH, optional=True),
    Field("sensitive-words", TEXTS, optional=True),
    Field("cache-user-id", Optional(SWITCH), optional=True),
)
GEMINI = Shape(
    API_KEY,
    *PRIORITY,
    *_all(TEXT, "base-url", "proxy-url", optional=True),
    Field("models", List(MODEL), optional=True),
    HEADERS,
    EXCLUDED,
)
CLAUDE = Shape(
    API_KEY,
    *PRIORITY,
    *_all(TEXT, "base-url", "proxy-url"),
    Field("models", List(MODEL)),
    HEADERS,
    EXCLUDED,
    Field("cloak", Optional(CLOAK), optional=True),
    Field("experimental-cch-signing", SWITCH, optional=True),
)
CODEX = Shape(
    API_KEY,
    *PRIORITY,
    Field("base-url", TEXT),
    Field("websockets", SWITCH, optional=True),
    Field("proxy-url", TEXT),
    Field("models", List(MODEL)),
    HEADERS,
    EXCLUDED,
)
VERTEX = Shape(
    API_KEY,
    *PRIORITY,
    *_all(TEXT, "base-url", "proxy-url", optional=True),
    HEADERS,
    Field("models", List(MODEL), optional=True),
    EXCLUDED,
)
THINKING = Shape(
    *_all(NUMBER, "min", "max", optional=True),
    *_all(SWITCH, "zero_allowed", "dynamic_allowed", optional=True),
    Field("levels", TEXTS, optional=True),
)
COMPATIBLE = Shape(
    Field("name", TEXT),
    *PRIORITY,
    Field("base-url", TEXT),
    Field("api-key-entries", List(Shape(API_KEY, Field("proxy-url", TEXT, optional=True))), optional=True),
    Field("models", List(Shape(*MODEL.fields, Field("thinking", Optional(THINKING), optional=True)))),
    HEADERS,
)
KIRO = Shape(
    *_all(
        TEXT,
        "token-file",
        "access-token",
        "refresh-token",
        "profile-arn",
        "region",
        "start-url",
        "proxy-url",
        "agent-task-type",
        "preferred-endpoint",
        optional=True,
    )
)
AMP_MAPPING = Shape(*_all(TEXT, "from", "to"), Field("regex", SWITCH, optional=True))
AMP_KEYS = Shape(Field("upstream-api-key", TEXT), Field("api-keys", TEXTS))
AMP = Shape(
    *_all(TEXT, "upstream-url", "upstream-api-key"),
    Field("upstream-api-keys", List(AMP_KEYS), optional=True),
    Field("restrict-management-to-localhost", SWITCH),
    Field("model-mappings", List(AMP_MAPPING)),
    Field("force-model-mappings", SWITCH),
)
_RULE_MODELS = Field("models", List(Shape(*_all(TEXT, "name", "protocol"))))
_RULES = List(Shape(_RULE_MODELS, Field("params", Map(Anything()))))
PAYLOAD = Shape(
    *_all(_RULES, "default", "default-raw", "override", "override-raw"),
    Field("filter", List(Shape(_RULE_MODELS, Field("params", TEXTS)))),
)
PANEL = "https://github.com/router-for-me/Cli-Proxy-API-Management-Center"
REMOTE = Shape(
    Field("allow-remote", SWITCH),
    Field("secret-key", TEXT),
    *_all(SWITCH, "disable-control-panel", "disable-auto-update-panel"),
    Field("panel-github-repository", TEXT, default=PANEL),
)
CONFIG = Shape(
    Field("proxy-url", TEXT),
    *_all(SWITCH, "force-model-prefix", "request-log"),
    Field("api-keys", TEXTS),
    Field("passthrough-headers", SWITCH),
    Field("streaming", Shape(*_all(NUMBER, "keepalive-seconds", "bootstrap-retries", optional=True))),
    Field("nonstream-keepalive-interval", NUMBER, optional=True),
    Field("host", TEXT, hidden=True),
    Field("port", NUMBER, hidden=True),
    Field("tls", Shape(Field("enable", SWITCH), *_all(TEXT, "cert", "key"))),
    Field("remote-management", REMOTE, hidden=True),
    Field("auth-dir", TEXT, hidden=True),
    Field("debug", SWITCH),
    Field("pprof", Shape(Field("enable", SWITCH), Field("addr", TEXT, default="127.0.0.1:8316"))),
    *_all(SWITCH, "commercial-mode", "logging-to-file"),
    Field("logs-max-total-size-mb", NUMBER),
    Field("error-logs-max-files", NUMBER, default=10),
    *_all(SWITCH, "usage-statistics-enabled", "disable-cooling"),
    *_all(NUMBER, "request-retry", "max-retry-credentials", "max-retry-interval"),
    Field("quota-exceeded", Shape(*_all(SWITCH, "switch-project", "switch-preview-model", "antigravity-credits"))),
    Field("routing", Shape(Field("strategy", TEXT, optional=True))),
    Field("ws-auth", SWITCH),
    Field("gemini-api-key", List(GEMINI)),
    Field("kiro", List(KIRO)),
    Field("kiro-fingerprint", Optional(Map(TEXT)), optional=True),
    Field("kiro-preferred-endpoint", TEXT),
    Field("codex-api-key", List(CODEX)),
    Field("codex-header-defaults", Shape(*_all(TEXT, "user-agent", "beta-features"))),
    Field("claude-api-key", List(CLAUDE)),
    Field(
        "claude-header-defaults",
        Shape(
            *_all(TEXT, "user-agent", "package-version", "runtime-version", "os", "arch", "timeout"),
            Field("stabilize-device-profile", Optional(SWITCH), optional=True),
        ),
    ),
    Field("openai-compatibility", List(COMPATIBLE)),
    Field("vertex-api-key", List(VERTEX)),
    Field("ampcode", AMP),
    Field("oauth-excluded-models", Map(TEXTS), optional=True),
    Field("oauth-model-alias", Map(List(ALIAS)), optional=True),
    Field("payload", PAYLOAD),
    Field("incognito-browser", SWITCH),
)
"""The whole file."""


# ---- cleaning ------------------------------------------------------------------------------------------------------


def headers(given: dict[str, str] | None) -> dict[str, str] | None:
    """Headers with a name and a value, trimmed."""
    pairs = ((k.strip(), v.strip()) for k, v in (given or {}).items())
    return {k: v for k, v in pairs if k and v} or None


def excluded(given: list[str] | None) -> list[str] | None:
    """Patterns in lower case, each once."""
    return list(dict.fromkeys(name for name in (g.strip().lower() for g in given or ()) if name)) or None


def excluded_by_provider(given: dict[str, list[str] | None] | None) -> dict[str, list[str]] | None:
    """Patterns by provider; providers without any are not there."""
    # Spelled twice, a provider's patterns are those of the spelling that has any.
    found = ((k.strip().lower(), excluded(v)) for k, v in (given or {}).items() if k.strip())
    return {k: v for k, v in found if v} or None


def prefix(text: str) -> str:
    """A prefix without slashes around it; one with a slash inside is none."""
    bare = text.strip().strip("/")
    return "" if "/" in bare else bare


def models(given: list[Json] | None, keep: Callable[[Json], Any]) -> list[Json] | None:
    """Models with trimmed names, those that `keep` wants."""
    if not given:
        return given
    trimmed = [{**m, "name": m["name"].strip(), "alias": m["alias"].strip()} for m in given]
    return [m for m in trimmed if keep(m)]


def tidy(entry: Json) -> Json:
    """A key's prefix, headers and exclusions, cleaned."""
    found = {**entry, "prefix": prefix(entry["prefix"]), "headers": headers(entry["headers"])}
    if "excluded-models" in entry:
        found["excluded-models"] = excluded(entry["excluded-models"])
    return found


def trimmed(entry: Json, *names: str) -> Json:
    """An entry with these texts trimmed."""
    return {**entry, **{name: entry[name].strip() for name in names}}


def gemini_keys(entries: list[Json] | None) -> list[Json] | None:
    """Keys that say something, the first of those that are the same."""
    found: dict[str, Json] = {}
    for entry in entries or ():
        clean = tidy(trimmed(entry, "api-key", "base-url", "proxy-url"))
        if clean["api-key"]:
            found.setdefault(clean["api-key"], clean)
    return None if entries is None else list(found.values())


def vertex_keys(entries: list[Json] | None) -> list[Json] | None:
    """Keys that say something, the first of those with the same address; models with both names."""
    found: dict[str, Json] = {}
    for entry in entries or ():
        clean = tidy(trimmed(entry, "api-key", "base-url", "proxy-url"))
        clean["models"] = models(clean["models"], lambda m: m["name"] and m["alias"]) or []
        if clean["api-key"]:
            found.setdefault(clean["api-key"] + "|" + clean["base-url"], clean)
    return None if entries is None else list(found.values())


def claude_keys(entries: list[Json] | None) -> list[Json] | None:
    """Keys with clean prefixes, headers and exclusions."""
    return None if entries is None else [tidy(entry) for entry in entries]


def addressed(entries: list[Json] | None) -> list[Json] | None:
    """Keys or providers with an address."""
    clean = [trimmed(tidy(entry), *(n for n in ("base-url", "name") if n in entry)) for entry in entries or ()]
    return entries if not entries else [entry for entry in clean if entry["base-url"]]


def aliases(given: dict[str, list[Json] | None] | None) -> dict[str, list[Json] | None]:
    """Aliases by channel: trimmed, each once; built-in ones where a channel is not named; None switches them off."""
    found: dict[str, list[Json] | None] = {}
    for raw, entries in (given or {}).items():
        channel = raw.strip().lower()
        if not channel:
            continue
        clean: dict[str, Json] = {}
        for entry in entries or ():
            name, alias = entry["name"].strip(), entry["alias"].strip()
            if name and alias and name.lower() != alias.lower():
                clean.setdefault(alias.lower(), {"name": name, "alias": alias, "fork": entry["fork"]})
        if not entries:
            found[channel] = None
        elif clean:
            found[channel] = list(clean.values())
    named = {raw.strip().lower() for raw in given or {}}
    for channel, pairs in BUILT_IN.items():
        if channel not in named:
            found[channel] = [{"name": n, "alias": a, "fork": True} for n, a in pairs]
    return found


_CLEAN: dict[str, Callable[[Any], Any]] = {
    "gemini-api-key": gemini_keys,
    "vertex-api-key": vertex_keys,
    "claude-api-key": claude_keys,
    "codex-api-key": addressed,
    "openai-compatibility": addressed,
    "oauth-excluded-models": excluded_by_provider,
    "oauth-model-alias": aliases,
    "logs-max-total-size-mb": lambda value: max(0, value),
    "error-logs-max-files": lambda value: value if value >= 0 else 10,
    "max-retry-credentials": lambda value: max(0, value),
}


def settings(tree: Any) -> Json:
    """A configuration's settings from the file's tree, cleaned. Raises `KindError`."""
    found: Json = CONFIG.read(tree, lenient=True)
    for name, clean in _CLEAN.items():
        found[name] = clean(found[name])
    for section in ("codex-header-defaults", "claude-header-defaults"):
        found[section] = {k: v.strip() if isinstance(v, str) else v for k, v in found[section].items()}
    return found
