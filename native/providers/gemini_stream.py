"""How Gemini-like streams are read: one JSON a line.

Law: usage counts only where an answer ends; earlier usage is passed on as `cpaUsageMetadata`, for translators that
need an early count.
"""

import json
from typing import Final

import orjson

from native.turn import Json
from native.wire.loose import MISSING, get, parse, text

_KEY: Final = b'"usageMetadata"'
_decode: Final = json.JSONDecoder().raw_decode


def payload_of(line: bytes) -> bytes | None:
    """The JSON object of a line, or None where it has none."""
    line = line.strip()
    if line.startswith(b"data:"):
        line = line[5:].strip()
    if not line.startswith(b"{"):
        return None
    return without_early_usage(line) if b'"usageMetadata"' in line else line


def without_early_usage(payload: bytes) -> bytes:
    """The payload with usage renamed, unless it says why the answer ended."""
    tree = parse(payload)
    if not isinstance(tree, dict):
        return payload
    inner = tree.get("response")
    reason = get(tree, "candidates", 0, "finishReason")
    if reason is MISSING:
        reason = get(inner, "candidates", 0, "finishReason")
    if reason is not MISSING and text(reason).strip():
        return payload
    if "usageMetadata" in tree and payload.count(_KEY) == 1:
        return _moved(payload)
    renamed = _rename(tree)
    if isinstance(inner, dict):
        renamed = _rename(inner) or renamed
    return orjson.dumps(tree) if renamed else payload


def _rename(tree: Json) -> bool:
    if "usageMetadata" not in tree:
        return False
    tree["cpaUsageMetadata"] = tree.pop("usageMetadata")
    return True


def _moved(payload: bytes) -> bytes:
    """The payload with its one usage at the end, under the other name, everything else spelled as it was."""
    at = payload.index(_KEY)
    behind = payload[at + len(_KEY) :].decode().lstrip(" \t\r\n:")
    end = _decode(behind)[1]
    head, tail = payload[:at].rstrip(), behind[end:]
    if head.endswith(b","):
        head = head[:-1]
    elif tail.lstrip().startswith(","):
        tail = tail.lstrip()[1:]
    rest = head + tail.encode()
    close = rest.rindex(b"}")
    comma = b"" if rest[:close].rstrip() == b"{" else b","
    return rest[:close] + comma + b'"cpaUsageMetadata":' + behind[:end].encode() + b"}"
