"""The bytes of a Gemini answer, as the legacy makes them from Claude's and Codex's.

Everything that those two answers share lives here: parts, the frame around them, counts, the time's spelling. Law: a
frame is written from pieces that are JSON already, so a chunk costs one text to encode; arguments of a call stand in
it as the model spelled them.
"""

import re
from datetime import UTC, datetime
from typing import Final

import orjson

TRAFFIC: Final = b'"trafficType":"PROVISIONED_THROUGHPUT"'
STOP: Final = "STOP"

_OPENING: Final = b'{"candidates":[{"content":{"role":"model","parts":['
_OPENED: Final = _OPENING.index(b"{", 1)
_SIGNS: Final = re.compile(rb'[{}\[\]()]|"(?:[^"\\]|\\.)*(?:"|$)', re.DOTALL)

_CYCLE: Final = 146_097 * 86_400
"""Seconds after which the calendar repeats: 400 years."""


def token_count(count: int) -> bytes:
    """The answer to a question for a count of tokens."""
    return b'{"totalTokens":%d,"promptTokensDetails":[{"modality":"TEXT","tokenCount":%d}]}' % (count, count)


def text_part(text: str) -> bytes:
    """A part of visible text."""
    return b'{"text":' + orjson.dumps(text) + b"}"


def thought_part(text: str) -> bytes:
    """A part of reasoning, as a stream has it."""
    return b'{"thought":true,"text":' + orjson.dumps(text) + b"}"


def call_part(name: str, arguments: bytes) -> bytes:
    """A function call; `arguments` is JSON, and stands there as it is."""
    return b'{"functionCall":{"name":' + orjson.dumps(name) + b',"args":' + arguments + b"}}"


def label(model: str, stamped: str, answer: str) -> bytes:
    """What stands behind the counts: model, time and the answer's id."""
    return (
        b'"modelVersion":'
        + orjson.dumps(model)
        + b',"createTime":'
        + orjson.dumps(stamped)
        + b',"responseId":'
        + orjson.dumps(answer)
    )


def frame(parts: bytes, labelled: bytes, *, finish: str = "", usage: bytes = TRAFFIC) -> bytes:
    """One answer or one chunk of it: its parts, the reason it ended, the members of its usage, its label."""
    ended = b']},"finishReason":"%s"}],"usageMetadata":{' % finish.encode() if finish else b']}}],"usageMetadata":{'
    return b"".join((_OPENING, parts, ended, usage, b"},", labelled, b"}"))


def finished_late(chunk: bytes) -> bytes:
    """A chunk with broken JSON in a call, its finish reason set where the legacy finds the candidate's end."""
    end = _closed(chunk, _OPENED)
    brace = chunk.rfind(b"}", _OPENED, end)
    return chunk[:brace] + b',"finishReason":"STOP"}' + chunk[end:]


def counted_late(answer: bytes, usage: bytes) -> bytes:
    """An answer with broken JSON in a call, its usage set where the legacy finds the old one, or at the end."""
    start = answer.rfind(b'"usageMetadata":{') + 17
    if _closed(answer, _OPENED - 1) <= start:
        return answer[:start] + usage + answer[answer.index(b"}", start) :]
    return answer[:-1] + b',"usageMetadata":{' + usage + b"}}"


def _closed(text: bytes, start: int) -> int:
    """Where the container that opens at `start` ends when brackets of all kinds are counted alike."""
    depth = 0
    for sign in _SIGNS.finditer(text, start):
        kind = sign[0][:1]
        depth += 1 if kind in b"{[(" else -1 if kind in b"}])" else 0
        if depth == 0:
            return sign.end()
    return len(text)


def stamp(seconds: int) -> str:
    """A time as RFC 3339 in the local zone, for any year."""
    cycles, rest = divmod(seconds, _CYCLE)
    at = datetime.fromtimestamp(rest, UTC).astimezone()
    zone = at.strftime("%z")
    year = at.year + 400 * cycles
    return f"{year:04d}{at:-%m-%dT%H:%M:%S}" + ("Z" if zone == "+0000" else f"{zone[:3]}:{zone[3:5]}")
