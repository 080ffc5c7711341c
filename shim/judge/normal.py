"""The normal form of a stream: two streams mean the same exactly when their normal forms are equal.

Neighbouring pieces of one text are joined, and blocks that were open at once are put in the order of their index.
Nothing is dropped and nothing else is moved: a lost, doubled, added or moved event stays a difference.
"""

import copy
import json
from typing import Any

import orjson

from shim.judge.view import Tree


def _dump(value: Any) -> bytes:
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # an integer beyond 64 bits, a lone surrogate: legal JSON that orjson does not write
        return json.dumps(value, sort_keys=True).encode()


def _copy(stream: list[Tree]) -> list[Tree]:
    return [copy.deepcopy(e) for e in stream]


def piece(data: Any) -> tuple[Tree, str] | None:
    """Where an event carries nothing but a piece of a growing text: its container and key."""
    if not isinstance(data, dict):
        return None
    delta = data.get("delta")
    if data.get("type") == "content_block_delta" and isinstance(delta, dict):
        return next(((delta, k) for k in ("text", "thinking", "partial_json") if isinstance(delta.get(k), str)), None)
    if isinstance(delta, str) and str(data.get("type")).endswith(".delta"):
        return data, "delta"
    return _choice_piece(data) or _candidate_piece(data)


def _choice_piece(data: Tree) -> tuple[Tree, str] | None:
    choices = data.get("choices")
    if not (isinstance(choices, list) and len(choices) == 1 and isinstance(choices[0], dict)):
        return None
    if choices[0].get("finish_reason") or data.get("usage"):
        return None
    delta = choices[0].get("delta")
    if not isinstance(delta, dict):
        return None
    said = [k for k in ("content", "reasoning_content", "tool_calls") if delta.get(k)]
    if said == ["tool_calls"]:
        calls = delta["tool_calls"]
        function = calls[0].get("function") if len(calls) == 1 and isinstance(calls[0], dict) else None
        if isinstance(function, dict) and isinstance(function.get("arguments"), str) and not function.get("name"):
            return function, "arguments"
        return None
    return (delta, said[0]) if len(said) == 1 and isinstance(delta[said[0]], str) else None


def _candidate_piece(data: Tree) -> tuple[Tree, str] | None:
    candidates = data.get("candidates")
    if not (isinstance(candidates, list) and len(candidates) == 1 and isinstance(candidates[0], dict)):
        return None
    content = candidates[0].get("content")
    parts = content.get("parts") if isinstance(content, dict) else None
    if candidates[0].get("finishReason") or not (isinstance(parts, list) and len(parts) == 1):
        return None
    return (parts[0], "text") if isinstance(parts[0], dict) and isinstance(parts[0].get("text"), str) else None


def overlapping(stream: list[Tree]) -> bool:
    """Whether a content block starts before the one before it has stopped."""
    opened: set[Any] = set()
    for event in stream:
        data = event["data"]
        kind = data.get("type") if isinstance(data, dict) else None
        if kind == "content_block_start":
            if opened:
                return True
            opened.add(data.get("index"))
        elif kind == "content_block_stop":
            opened.discard(data.get("index"))
    return False


def _parallel_calls_in_order(data: Any) -> None:
    """Function calls that share an event come in the order of a Go map: sort them in place."""
    for candidate in (data.get("candidates") or []) if isinstance(data, dict) else []:
        content = candidate.get("content") if isinstance(candidate, dict) else None
        parts = content.get("parts") if isinstance(content, dict) else None
        if (
            isinstance(parts, list)
            and len(parts) > 1
            and all(isinstance(p, dict) and "functionCall" in p for p in parts)
        ):
            parts.sort(key=_dump)


def _grouped(stream: list[Tree], *, parallel: bool) -> list[Tree]:
    out: list[Tree] = []
    blocks: list[Tree] = []
    for event in stream:
        data = event["data"]
        if (
            parallel
            and isinstance(data, dict)
            and str(data.get("type")).startswith("content_block_")
            and isinstance(data.get("index"), int)
        ):
            blocks.append(event)
            continue
        out += sorted(blocks, key=lambda e: int(e["data"]["index"]))
        blocks = []
        _parallel_calls_in_order(data)
        out.append(event)
    return out + sorted(blocks, key=lambda e: int(e["data"]["index"]))


def normal(stream: list[Tree], *, parallel: bool) -> list[Tree]:
    """A stream in its normal form; a new list, the given one is left as it is.

    Args:
        stream: Events as `shim.judge.view.events` gives them.
        parallel: Whether the legacy has blocks open at once here, so that their order says nothing.
    """
    out: list[Tree] = []
    last: tuple[bytes, Tree, str] | None = None
    number = 0
    for event in _grouped(_copy(stream), parallel=parallel):
        data = event["data"]
        if isinstance(data, dict) and isinstance(data.get("sequence_number"), int):
            data["sequence_number"], number = data["sequence_number"] - number, data["sequence_number"]
        found = piece(data)
        if found is None:
            last = None
            out.append(event)
            continue
        container, key = found
        said, container[key] = container[key], ""
        frame = _dump(event)
        if last is not None and last[0] == frame:
            last[1][last[2]] += said
        else:
            container[key] = said
            last = (frame, container, key)
            out.append(event)
    return out
