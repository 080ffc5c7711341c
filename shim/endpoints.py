"""The catalogue: every endpoint of the legacy, its family, and whose request a method and path are.

Everything that names endpoints lives here, read off the routes that v6.9.8-0 registers. Laws: an id is `METHOD path`
as registered (`:name` one segment, `*name` all that follows, `ANY` every method); matching is the router's own: what
is spelled out goes before what is open; what is no endpoint has no id and stays the legacy's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

MANAGEMENT = "/v0/management/"
_EVERYTHING = "GET PUT PATCH DELETE"
_SETTING = "GET PUT PATCH"

# family, path, methods
_ROUTES: tuple[tuple[str, str, str], ...] = (
    ("turns", "/v1/chat/completions", "POST"),
    ("turns", "/v1/completions", "POST"),
    ("turns", "/v1/messages", "POST"),
    ("turns", "/v1/messages/count_tokens", "POST"),
    ("turns", "/v1/responses", "POST"),
    ("turns", "/v1/responses/compact", "POST"),
    ("turns", "/v1beta/models/*action", "POST"),
    ("turns", "/v1internal:method", "POST"),
    ("websocket", "/v1/responses", "GET"),
    ("websocket", "/v1/ws", "GET"),
    ("models", "/v1/models", "GET"),
    ("models", "/v1beta/models", "GET"),
    ("models", "/v1beta/models/*action", "GET"),
    ("health", "/", "GET"),
    ("health", "/keep-alive", "GET"),
    ("health", "/management.html", "GET"),
    ("health", "/api/event_logging/batch", "POST"),
    ("callback", "/anthropic/callback", "GET"),
    ("callback", "/codex/callback", "GET"),
    ("callback", "/gitlab/callback", "GET"),
    ("callback", "/google/callback", "GET"),
    ("callback", "/iflow/callback", "GET"),
    ("callback", "/antigravity/callback", "GET"),
    ("callback", "/kiro/callback", "GET"),
    ("oauth", "/v0/oauth/kiro", "GET"),
    ("oauth", "/v0/oauth/kiro/start", "GET"),
    ("oauth", "/v0/oauth/kiro/callback", "GET"),
    ("oauth", "/v0/oauth/kiro/social/callback", "GET"),
    ("oauth", "/v0/oauth/kiro/status", "GET"),
    ("oauth", "/v0/oauth/kiro/import", "POST"),
    ("oauth", "/v0/oauth/kiro/refresh", "POST"),
    ("provider", "/api/provider/:provider/models", "GET"),
    ("provider", "/api/provider/:provider/chat/completions", "POST"),
    ("provider", "/api/provider/:provider/completions", "POST"),
    ("provider", "/api/provider/:provider/responses", "POST"),
    ("provider", "/api/provider/:provider/v1/models", "GET"),
    ("provider", "/api/provider/:provider/v1/chat/completions", "POST"),
    ("provider", "/api/provider/:provider/v1/completions", "POST"),
    ("provider", "/api/provider/:provider/v1/responses", "POST"),
    ("provider", "/api/provider/:provider/v1/messages", "POST"),
    ("provider", "/api/provider/:provider/v1/messages/count_tokens", "POST"),
    ("provider", "/api/provider/:provider/v1beta/models", "GET"),
    ("provider", "/api/provider/:provider/v1beta/models/*action", "POST GET"),
    ("provider", "/api/provider/google/v1beta1/*path", "ANY"),
    ("amp", "/api/internal", "ANY"),
    ("amp", "/api/internal/*path", "ANY"),
    ("amp", "/api/user", "ANY"),
    ("amp", "/api/user/*path", "ANY"),
    ("amp", "/api/auth", "ANY"),
    ("amp", "/api/auth/*path", "ANY"),
    ("amp", "/api/meta", "ANY"),
    ("amp", "/api/meta/*path", "ANY"),
    ("amp", "/api/ads", "ANY"),
    ("amp", "/api/telemetry", "ANY"),
    ("amp", "/api/telemetry/*path", "ANY"),
    ("amp", "/api/threads", "ANY"),
    ("amp", "/api/threads/*path", "ANY"),
    ("amp", "/api/otel", "ANY"),
    ("amp", "/api/otel/*path", "ANY"),
    ("amp", "/api/tab", "ANY"),
    ("amp", "/api/tab/*path", "ANY"),
    ("amp", "/threads", "GET"),
    ("amp", "/threads/*path", "GET"),
    ("amp", "/docs", "GET"),
    ("amp", "/docs/*path", "GET"),
    ("amp", "/settings", "GET"),
    ("amp", "/settings/*path", "GET"),
    ("amp", "/threads.rss", "GET"),
    ("amp", "/news.rss", "GET"),
    ("amp", "/auth", "ANY"),
    ("amp", "/auth/*path", "ANY"),
)

_MANAGEMENT: tuple[tuple[str, str], ...] = (
    ("usage", "GET"),
    ("usage/export", "GET"),
    ("usage/import", "POST"),
    ("config", "GET"),
    ("config.yaml", "GET PUT"),
    ("latest-version", "GET"),
    ("debug", _SETTING),
    ("logging-to-file", _SETTING),
    ("logs-max-total-size-mb", _SETTING),
    ("error-logs-max-files", _SETTING),
    ("usage-statistics-enabled", _SETTING),
    ("proxy-url", _EVERYTHING),
    ("api-call", "POST"),
    ("quota-exceeded/switch-project", _SETTING),
    ("quota-exceeded/switch-preview-model", _SETTING),
    ("api-keys", _EVERYTHING),
    ("gemini-api-key", _EVERYTHING),
    ("logs", "GET DELETE"),
    ("request-error-logs", "GET"),
    ("request-error-logs/:name", "GET"),
    ("request-log-by-id/:id", "GET"),
    ("request-log", _SETTING),
    ("ws-auth", _SETTING),
    ("ampcode", "GET"),
    ("ampcode/upstream-url", _EVERYTHING),
    ("ampcode/upstream-api-key", _EVERYTHING),
    ("ampcode/restrict-management-to-localhost", _SETTING),
    ("ampcode/model-mappings", _EVERYTHING),
    ("ampcode/force-model-mappings", _SETTING),
    ("ampcode/upstream-api-keys", _EVERYTHING),
    ("request-retry", _SETTING),
    ("max-retry-interval", _SETTING),
    ("force-model-prefix", _SETTING),
    ("routing/strategy", _SETTING),
    ("claude-api-key", _EVERYTHING),
    ("codex-api-key", _EVERYTHING),
    ("openai-compatibility", _EVERYTHING),
    ("vertex-api-key", _EVERYTHING),
    ("oauth-excluded-models", _EVERYTHING),
    ("oauth-model-alias", _EVERYTHING),
    ("auth-files", "GET POST DELETE"),
    ("auth-files/models", "GET"),
    ("auth-files/download", "GET"),
    ("auth-files/status", "PATCH"),
    ("auth-files/fields", "PATCH"),
    ("model-definitions/:channel", "GET"),
    ("vertex/import", "POST"),
    ("anthropic-auth-url", "GET"),
    ("codex-auth-url", "GET"),
    ("gitlab-auth-url", "GET POST"),
    ("gemini-cli-auth-url", "GET"),
    ("antigravity-auth-url", "GET"),
    ("qwen-auth-url", "GET"),
    ("kilo-auth-url", "GET"),
    ("kimi-auth-url", "GET"),
    ("iflow-auth-url", "GET POST"),
    ("kiro-auth-url", "GET"),
    ("cursor-auth-url", "GET"),
    ("github-auth-url", "GET"),
    ("oauth-callback", "POST"),
    ("get-auth-status", "GET"),
)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One of the legacy's.

    Attributes:
        family: `turns`, `websocket`, `models`, `health`, `callback`, `oauth`, `provider`, `amp`, `management`.
        method: HTTP method, or `ANY`.
        path: As registered.
    """

    family: str
    method: str
    path: str

    @property
    def id(self) -> str:
        """What flags, reports and records call it."""
        return f"{self.method} {self.path}"

    @property
    def example(self) -> str:
        """A path that belongs to it."""
        return "/".join(_example(segment) for segment in self.path.split("/"))


def _listed() -> Iterable[Endpoint]:
    for family, path, methods in _ROUTES:
        for method in methods.split():
            yield Endpoint(family, method, path)
    for name, methods in _MANAGEMENT:
        for method in methods.split():
            yield Endpoint("management", method, f"{MANAGEMENT}{name}")


def _example(segment: str) -> str:
    return segment[1:] if segment[:1] in (":", "*") else segment


ENDPOINTS: tuple[Endpoint, ...] = tuple(_listed())


def _fit(pattern: list[str], path: list[str]) -> tuple[int, ...] | None:
    """How closely a pattern fits: per segment 2 spelled out, 1 one open segment, 0 an open rest; None for not."""
    ranks: list[int] = []
    for index, segment in enumerate(pattern):
        if segment.startswith("*"):
            return (*ranks, 0) if len(path) > index else None
        if index >= len(path):
            return None
        if segment.startswith(":"):
            if not path[index]:
                return None
            ranks.append(1)
        elif ":" in segment:  # an open end within a segment: /v1internal:method
            start = segment.partition(":")[0]
            if not path[index].startswith(start) or path[index] == start:
                return None
            ranks.append(1)
        elif segment == path[index]:
            ranks.append(2)
        else:
            return None
    return tuple(ranks) if len(path) == len(pattern) else None


@lru_cache(maxsize=4096)
def endpoint_of(method: str, path: str) -> Endpoint | None:
    """The endpoint that a request belongs to, or None.

    Args:
        method: HTTP method.
        path: Path without query, as sent.
    """
    segments = path.split("/")
    best: tuple[tuple[int, ...], Endpoint] | None = None
    for endpoint in ENDPOINTS:
        if endpoint.method not in (method, "ANY"):
            continue
        fit = _fit(endpoint.path.split("/"), segments)
        if fit is not None and (best is None or fit > best[0]):
            best = (fit, endpoint)
    return best[1] if best else None


def endpoint_id(method: str, target: str) -> str:
    """The id of the endpoint that a request belongs to, or "" for none.

    Args:
        method: HTTP method; `WEBSOCKET`, as records have it, is a GET.
        target: Path, with or without query.
    """
    found = endpoint_of("GET" if method == "WEBSOCKET" else method, target.partition("?")[0])
    return found.id if found else ""


def changes_state(method: str, target: str) -> bool:
    """Whether a request may change the legacy's configuration or credential files: management that is no reading."""
    return target.startswith(MANAGEMENT) and method not in {"GET", "HEAD", "OPTIONS"}
