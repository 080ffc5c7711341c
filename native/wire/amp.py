"""What Amp needs in requests and answers: no thinking without a signature, the name it asked for, empty signatures.

Laws: pure; what is not JSON passes untouched. The rules are Amp's, so they hold whoever answers.
"""

from typing import Any

import orjson

from native.turn import Json
from native.wire.loose import MISSING, get, parse, text

NAMED = (("message", "model"), ("model",), ("modelVersion",), ("response", "model"), ("response", "modelVersion"))
"""Where an answer says its model."""
SIGNED = frozenset({"tool_use", "thinking"})
UNPAID = "context-1m-2025-08-07"
"""A beta feature that only Amp's own upstream has."""


def without_unsigned(raw: bytes) -> bytes:
    """A request without the assistant's thinking that has no signature."""
    tree = parse(raw)
    messages = get(tree, "messages")
    if not isinstance(messages, list):
        return raw
    changed = False
    for message in messages:
        content = get(message, "content")
        if text(get(message, "role")) == "assistant" and isinstance(content, list):
            kept = [block for block in content if not _unsigned(block)]
            if len(kept) < len(content):
                message["content"] = kept
                changed = True
    return orjson.dumps(tree) if changed else raw


def _unsigned(block: Any) -> bool:
    signature = get(block, "signature")
    return text(get(block, "type")) == "thinking" and not (isinstance(signature, str) and signature.strip())


def renamed(raw: bytes, model: str) -> bytes:
    """A request for another model."""
    tree = parse(raw)
    if not isinstance(tree, dict) or "model" not in tree:
        return raw
    return orjson.dumps({**tree, "model": model})


def without_unpaid(features: str) -> str:
    """A list of beta features without the one that local accounts have not."""
    return ",".join(f for f in (part.strip() for part in features.split(",")) if f and f != UNPAID)


class Dressed:
    """Answers as Amp wants them.

    Args:
        model: The name Amp asked for.
    """

    def __init__(self, model: str) -> None:
        self._model = model

    def whole(self, body: bytes) -> bytes:
        """A whole answer; thinking is left out beside a tool's use."""
        tree = parse(body)
        if not isinstance(tree, dict):
            return body
        changed = self._dress(tree)
        content = tree.get("content")
        if isinstance(content, list) and any(get(block, "type") == "tool_use" for block in content):
            kept = [block for block in content if get(block, "type") != "thinking"]
            if len(kept) < len(content):
                tree["content"] = kept
                changed = True
        return orjson.dumps(tree) if changed else body

    def piece(self, data: bytes) -> bytes:
        """A piece of a stream."""
        return b"\n".join([self._line(line) for line in data.split(b"\n")])

    def _line(self, line: bytes) -> bytes:
        if not line.startswith(b"data: {"):
            return line
        tree = parse(line[6:])
        return b"data: " + orjson.dumps(tree) if isinstance(tree, dict) and self._dress(tree) else line

    def _dress(self, tree: Json) -> bool:
        """Sign and name in place; whether anything changed."""
        changed = False
        content = tree.get("content")
        for block in [*(content if isinstance(content, list) else []), tree.get("content_block")]:
            if isinstance(block, dict) and block.get("type") in SIGNED and "signature" not in block:
                block["signature"] = ""
                changed = True
        for path in NAMED if self._model else ():
            if get(tree, *path) is not MISSING:
                get(tree, *path[:-1])[path[-1]] = self._model
                changed = True
        return changed
