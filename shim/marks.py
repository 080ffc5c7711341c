"""Marks: the pieces of text by which a request upstream is recognised as a client's request in another dialect.

Everything that reads marks out of bodies lives here. A translator changes every name and bracket, and keeps what
people and models wrote: so a mark is a line of text that stands in a JSON string, at whatever depth, in JSON within a
string too, or in the deltas of a stream joined together. Law: any bytes have marks, if few; nothing here raises.
"""

import re
from collections.abc import Iterator
from typing import Any

import orjson

from shim.exchange import Headers, Request, Response
from shim.redact.coding import CodingError, codings_of, decoded

SHORTEST = 2  # characters; below, a text says nothing
DEEPEST = 40
# Where clients put what people and models wrote; the rest of such a request is settings, which any two may share.
CONTENT = frozenset(
    ("messages", "input", "contents", "prompt", "system", "instructions", "systemInstruction", "system_instruction")
)
# What is dropped or rewritten on the way, or is one of a few words.
PASSED_OVER = frozenset(
    (
        *("type", "role", "model", "status", "object", "media_type", "mimeType", "format", "detail", "event"),
        *("signature", "thinking", "thoughtSignature", "encrypted_content", "reasoning", "summary", "data", "url"),
        *("stop_reason", "finish_reason", "finishReason", "modelVersion", "service_tier", "system_fingerprint"),
    )
)
_RUNS = re.compile(rb"[\x20-\x7e\x80-\xff]{6,}")
_OBJECTS = re.compile(rb'\{"[^\x00-\x1f]*\}')

type Marks = frozenset[str]


def of_request(request: Request) -> Marks:
    """The marks of what a client asked."""
    return _of_body(request.body, request.headers, CONTENT).union(*map(of_frame, request.frames))


def of_frame(frame: str) -> Marks:
    """The marks of a message that a client sent over a WebSocket."""
    return _in_json(frame.encode(), CONTENT)


def of_call(request: Request) -> Marks:
    """The marks of what was asked of a provider."""
    return _of_body(request.body, request.headers, frozenset()).union(*map(of_frame, request.frames))


def of_response(response: Response) -> Marks:
    """The marks of what was answered, with the deltas of a stream joined."""
    return _of_body(response.body, response.headers, frozenset())


def _of_body(body: bytes, headers: Headers, within: frozenset[str]) -> Marks:
    try:
        plain = decoded(body, codings_of(headers))
    except CodingError:
        return frozenset()
    if plain[:1] in {b"{", b"["} or b"data:" not in plain:
        return _in_json(plain, within)
    return _in_stream(plain)


def _in_json(body: bytes, within: frozenset[str]) -> Marks:
    try:
        tree = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _in_binary(body)
    if isinstance(tree, dict) and not within.isdisjoint(tree):
        tree = {name: value for name, value in tree.items() if name in within}
    return frozenset(_lines(text for _, text in _texts(tree, "", 0)))


def _in_stream(body: bytes) -> Marks:
    """Server-sent events: each text, and what the texts at one place are when joined."""
    return _joined(line[5:] for line in body.splitlines() if line.startswith(b"data:"))


def _in_binary(body: bytes) -> Marks:
    """Frames of another kind (AWS event streams, protobuf, lines of JSON): the objects in them, or readable runs."""
    objects = _OBJECTS.findall(body)
    found = _joined(objects) if objects else frozenset()
    return found or frozenset(_lines(run.decode("utf-8", "replace") for run in _RUNS.findall(body)))


def _joined(events: Any) -> Marks:
    at: dict[str, list[str]] = {}
    for event in events:
        try:
            tree = orjson.loads(event)
        except orjson.JSONDecodeError:
            continue
        for place, text in _texts(tree, "", 0):
            at.setdefault(place, []).append(text)
    texts = [text for pieces in at.values() for text in ("".join(pieces), *pieces)]
    return frozenset(_lines(texts))


def _texts(value: Any, place: str, depth: int) -> Iterator[tuple[str, str]]:
    """Strings with the names that lead to them, indexes left out; those that are JSON are opened."""
    if isinstance(value, str):
        if value[:1] in {"{", "["} and value[-1:] in "}]" and depth < DEEPEST:
            try:
                yield from _texts(orjson.loads(value), place, depth + 1)
            except orjson.JSONDecodeError:
                yield place, value
            else:
                return
        else:
            yield place, value
    elif depth >= DEEPEST:
        return
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name in PASSED_OVER:
                continue
            yield from _texts(inner, f"{place}.{name}", depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, place, depth + 1)


def _lines(texts: Any) -> Iterator[str]:
    for text in texts:
        for line in text.splitlines():
            stripped = line.strip()
            if len(stripped) >= SHORTEST:
                yield stripped
