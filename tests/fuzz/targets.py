"""What is fuzzed: every reader that meets bytes from outside. One function a reader; bytes in, nothing out.

Law: a target lets through what a reader may raise by its own contract and nothing else; it asserts that output stays
in proportion to input, so that nothing grows without bound.
"""

import orjson

from native.accents import gemini_schema
from native.outside import SystemIds
from native.pairs import pairs
from native.turn import Memory, Turn
from native.wire import fields, lenient, openai_completions, patch, single_quotes
from native.wire.codings import decoder_for
from native.wire.lines import Lines
from native.wire.responses_tool_calls import Session
from native.wire.responses_websocket import Conversation

GROWTH = 400  # an answer may be so many times longer than what made it ...
ALLOWANCE = 100_000  # ... and this many bytes more
CODINGS = ("gzip", "deflate", "br", "zstd", "gzip, br")


class Clock:
    def now(self):
        return 1_760_000_000.0


def a_turn(body, source=b"", *, stream=True):
    original = body if isinstance(body, dict) else {}
    return Turn("m", "m", stream, original, {}, Clock(), SystemIds(), Memory(), source=source)


def bounded(made, data):
    assert len(made) <= GROWTH * len(data) + ALLOWANCE, f"{len(data)} bytes made {len(made)}"


def parsed(data):
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return None


def requests(data):
    """A client's body through every pair's translation."""
    if not isinstance(parsed(data), dict):
        return
    for pair in pairs().values():
        bounded(orjson.dumps(pair.request(parsed(data), a_turn(parsed(data), data)), default=str), data)


def wholes(data):
    """A provider's whole answer through every pair."""
    for pair in pairs().values():
        bounded(pair.whole(data, a_turn({}, stream=False)), data)


def streams(data):
    """A provider's stream through every pair, in pieces cut anywhere."""
    for pair in pairs().values():
        stream, lines, made = pair.stream(a_turn({})), Lines(), []
        cut = len(data) // 3
        for piece in (data[:cut], data[cut : 2 * cut], data[2 * cut :]):
            for line in lines.feed(piece):
                made += stream.feed(line)
        for line in lines.finish():
            made += stream.feed(line)
        made += stream.finish()
        bounded(b"".join(made), data)


def payload_lines(data):
    """A provider's stream as bare JSON payloads, as Gemini's reader hands them on."""
    for pair in pairs().values():
        stream, made = pair.stream(a_turn({})), []
        for line in data.split(b"\n"):
            made += stream.feed(line.removeprefix(b"data:").strip())
        made += stream.feed(b"[DONE]")
        bounded(b"".join(made + stream.finish()), data)


def readers(data):
    """The small readers: broken JSON, single quotes, fields of a body, edits of a text."""
    lenient.parse(data)
    fields.fields(data)
    patch.span(data, b"model")
    patch.put(data, b"model", b'"m"')
    single_quotes.repaired(data.decode("utf-8", "replace"))
    openai_completions.as_chat(data)
    openai_completions.whole(data)
    openai_completions.chunk(data)


def schemas(data):
    """Tool schemas, of any JSON."""
    found = parsed(data)
    if found is not None:
        bounded(orjson.dumps(gemini_schema.clean_schema(found)), data)


def sockets(data):
    """Messages of a Responses socket, one a line."""
    conversation, session = Conversation(), Session()
    for line in data.split(b"\n"):
        message = parsed(line)
        try:
            found = conversation.read(message, incremental=len(line) % 2 == 0)
        except Exception as error:  # noqa: BLE001 - only the typed refusal may come
            assert type(error).__module__.startswith("native."), repr(error)  # noqa: PT017
            continue
        body = getattr(found, "body", None)
        if isinstance(body, dict):
            session.mended(body)
        conversation.told(message)
        session.note_answer(message)


def codings(data):
    """Content codings, of any bytes: `ValueError` and nothing else."""
    for coding in CODINGS:
        decoder = decoder_for(coding)
        try:
            decoder.feed(data)
            decoder.finish()
        except ValueError:
            continue


TARGETS = (requests, wholes, streams, payload_lines, readers, schemas, sockets, codings)
