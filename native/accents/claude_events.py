"""The events of a Claude answer as they go over the wire.

Everything that writes Claude's server-sent events lives here. Law: an event is written once, from its parts, without
a dictionary in between: this is the path of every chunk.
"""

from typing import Any, Final

import orjson

MESSAGE_STOP: Final = b'event: message_stop\ndata: {"type":"message_stop"}\n\n'

_DELTAS: Final = {
    kind: b"event: content_block_delta\n"
    b'data: {"type":"content_block_delta","index":%%d,"delta":{"type":"%b","%b":%%b}}\n\n'
    % (kind.encode(), key.encode())
    for kind, key in (("text_delta", "text"), ("thinking_delta", "thinking"), ("input_json_delta", "partial_json"))
}


def message_start(message: str, model: str) -> bytes:
    """The first event: nothing is said yet, nothing counted."""
    return (
        b'event: message_start\ndata: {"type":"message_start","message":{"id":%b,"type":"message","role":"assistant",'
        b'"model":%b,"content":[],"stop_reason":null,"stop_sequence":null,'
        b'"usage":{"input_tokens":0,"output_tokens":0}}}\n\n' % (orjson.dumps(message), orjson.dumps(model))
    )


def text_start(index: int) -> bytes:
    """A block of text begins."""
    return _start(index, b'"type":"text","text":""')


def thinking_start(index: int) -> bytes:
    """A block of thinking begins."""
    return _start(index, b'"type":"thinking","thinking":""')


def tool_start(index: int, call: str, name: str) -> bytes:
    """A tool call begins; its input follows in deltas."""
    return _start(index, b'"type":"tool_use","id":%b,"name":%b,"input":{}' % (orjson.dumps(call), orjson.dumps(name)))


def text_delta(index: int, said: str) -> bytes:
    """A piece of text."""
    return _DELTAS["text_delta"] % (index, orjson.dumps(said))


def thinking_delta(index: int, said: str) -> bytes:
    """A piece of thinking."""
    return _DELTAS["thinking_delta"] % (index, orjson.dumps(said))


def input_delta(index: int, said: str) -> bytes:
    """A piece of a tool call's input."""
    return _DELTAS["input_json_delta"] % (index, orjson.dumps(said))


def block_stop(index: int) -> bytes:
    """A block ends."""
    return b'event: content_block_stop\ndata: {"type":"content_block_stop","index":%d}\n\n' % index


def message_delta(reason: str, usage: dict[str, Any]) -> bytes:
    """The answer's end: why, and what it cost."""
    return (
        b'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":%b,"stop_sequence":null},'
        b'"usage":%b}\n\n' % (orjson.dumps(reason), orjson.dumps(usage))
    )


def usage(tokens_in: int, tokens_out: int, cached: int = 0) -> dict[str, int]:
    """Claude's account of tokens: what came from the cache is told apart, where there is any."""
    account = {"input_tokens": tokens_in, "output_tokens": tokens_out}
    if cached > 0:
        account["cache_read_input_tokens"] = cached
    return account


def apart(tokens_in: int, cached: int) -> int:
    """The tokens that did not come from the cache, of a provider that counts both as one."""
    return max(tokens_in - cached, 0) if cached > 0 else tokens_in


def _start(index: int, block: bytes) -> bytes:
    return b'event: content_block_start\ndata: {"type":"content_block_start","index":%d,"content_block":{%b}}\n\n' % (
        index,
        block,
    )


def error(message: str) -> bytes:
    """The answer breaks off, and why."""
    return b'event: error\ndata: {"type":"error","error":{"type":"api_error","message":%b}}\n\n' % orjson.dumps(message)
