"""Headers of a request to Claude.

Everything that fills them lives here, but for what they say of the device (`claude_device`). Laws: a client's own value
beats the usual one; the key's own headers beat both; a stream is asked for without compression whatever the key says.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from native.upstream import Headers

BETAS: Final = (
    "claude-code-20250219,oauth-2025-04-20,interleaved-thinking-2025-05-14,"
    "context-management-2025-06-27,prompt-caching-scope-2026-01-05"
)
"""The features that are asked for where the client names none."""

_LOG_IN_BETA: Final = "oauth-2025-04-20"
_LONG_CONTEXT_BETA: Final = "context-1m-2025-08-07"
_LONG_CONTEXT: Final = "x-cpa-claude-1m"

_USUAL: Final = (
    ("anthropic-version", "Anthropic-Version", "2023-06-01"),
    ("anthropic-dangerous-direct-browser-access", "Anthropic-Dangerous-Direct-Browser-Access", "true"),
    ("x-app", "X-App", "cli"),
    ("x-stainless-retry-count", "X-Stainless-Retry-Count", "0"),
    ("x-stainless-runtime", "X-Stainless-Runtime", "node"),
    ("x-stainless-lang", "X-Stainless-Lang", "js"),
)
"""What is sent where the client says nothing else."""


def betas(client: Mapping[str, str], extra: Sequence[str]) -> str:
    """The features to ask for: the client's or the usual ones, and those that its body names."""
    named = client.get("anthropic-beta", "").strip()
    found = named or BETAS
    if named and "oauth" not in named:
        found += f",{_LOG_IN_BETA}"
    wanted = [*extra, *([_LONG_CONTEXT_BETA] if _LONG_CONTEXT in client else [])]
    known = {beta.strip() for beta in found.split(",")}
    for beta in wanted:
        if beta not in known:
            known.add(beta)
            found += f",{beta}"
    return found


def headers(
    client: Mapping[str, str],
    own: Mapping[str, str],
    *,
    access: tuple[str, str],
    features: str,
    timeout: str,
    device: Mapping[str, str],
    stream: bool,
) -> Headers:
    """All headers of one request.

    Args:
        client: The client's headers, names in lower case.
        own: The key's own headers.
        access: The header that carries the key, and its value.
        features: What `betas` gave.
        timeout: Seconds that the client is said to wait.
        device: What `claude_device` gave.
        stream: Whether a stream is asked for.
    """
    found = {key: (name, client.get(key, "").strip() or usual) for key, name, usual in _USUAL}
    wait = client.get("x-stainless-timeout", "").strip() or timeout or "600"
    found["x-stainless-timeout"] = ("X-Stainless-Timeout", wait)
    found["content-type"] = ("Content-Type", "application/json")
    found["anthropic-beta"] = ("Anthropic-Beta", features)
    found["accept"] = ("Accept", "text/event-stream" if stream else "application/json")
    found["accept-encoding"] = ("Accept-Encoding", "gzip, deflate, br, zstd")
    found[access[0].lower()] = access
    for name, value in (*own.items(), *device.items()):
        found[name.lower()] = (name, value)
    if stream:
        found["accept-encoding"] = ("Accept-Encoding", "identity")
    return list(found.values())
