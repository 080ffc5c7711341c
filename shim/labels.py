"""What an exchange is filed under: its endpoint, provider, model, and whether it is a stream.

Read off the exchange alone, so that a file, a live record and a flag say the same. Law: a label that cannot be read is
empty, never guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import orjson

from shim.endpoints import endpoint_id
from shim.exchange import Case, Exchange, Request

HOSTS = {
    "api.anthropic.com": "claude",
    "generativelanguage.googleapis.com": "gemini",
    "chatgpt.com": "codex",
    "cloudcode-pa.googleapis.com": "gemini-cli",
    "daily-cloudcode-pa.googleapis.com": "antigravity",
    "daily-cloudcode-pa.sandbox.googleapis.com": "antigravity",
    "portal.qwen.ai": "qwen",
    "apis.iflow.cn": "iflow",
    "api.kimi.com": "kimi",
    "api.githubcopilot.com": "github-copilot",
    "q.us-east-1.amazonaws.com": "kiro",
    "codewhisperer.us-east-1.amazonaws.com": "kiro",
    "aiplatform.googleapis.com": "vertex",
}
"""The providers' own addresses; an address of the user's is found in the configuration."""

SECTIONS = {
    "claude-api-key": "claude",
    "gemini-api-key": "gemini",
    "codex-api-key": "codex",
    "vertex-api-key": "vertex",
    "openai-compatibility": "openai-compatibility",
}


@dataclass(frozen=True, slots=True)
class Labels:
    """What an exchange is filed under."""

    endpoint: str
    provider: str
    model: str
    stream: bool


def provider_of(url: str, config: Mapping[str, Any]) -> str:
    """The provider behind an upstream address: by its host, or by a `base-url` of the configuration."""
    host = urlsplit(url).netloc
    for section, name in SECTIONS.items():
        for entry in config.get(section) or ():
            base = entry.get("base-url") if isinstance(entry, Mapping) else None
            if base and urlsplit(str(base)).netloc == host:
                return name
    if host in HOSTS:
        return HOSTS[host]
    return "vertex" if host.endswith("-aiplatform.googleapis.com") else ""


# Few: bodies are long, and only the same one asked again at once is worth remembering.
@lru_cache(maxsize=16)
def _said(body: bytes) -> tuple[str, bool]:
    try:
        tree = orjson.loads(body)
    except orjson.JSONDecodeError:
        return "", False
    if not isinstance(tree, dict):
        return "", False
    return str(tree.get("model") or ""), tree.get("stream") is True


def asked_for(request: Request) -> tuple[str, bool]:
    """The model that a request names and whether it wants a stream."""
    path = request.url.partition("?")[0]
    if request.method == "WEBSOCKET":
        return _said(request.frames[0].encode())[0] if request.frames else "", True
    if "/models/" in path and ":" in path:
        model, _, action = path.rpartition("/models/")[2].partition(":")
        return model, action.startswith("stream")
    return _said(request.body)


def labels(case: Case) -> Labels:
    """The labels of a case: those of its first exchange."""
    first = case.runs[0].exchanges[0] if case.runs and case.runs[0].exchanges else None
    return Labels("", "", "", False) if first is None else exchange_labels(first, case.config)


def exchange_labels(one: Exchange, config: Mapping[str, Any]) -> Labels:
    """The labels of one exchange under a configuration."""
    model, stream = asked_for(one.request)
    provider = provider_of(one.upstream[0].request.url, config) if one.upstream else ""
    return Labels(endpoint_id(one.request.method, one.request.url), provider, model, stream)
