"""What a client protocol says besides its turns: how chunks are framed, how a stream ends or breaks, how errors look.

Law: pure; bytes in, bytes out. An error whose text is JSON already is passed on untouched, whatever the protocol.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

import orjson

from native.failure import Failure
from native.wire.loose import MISSING, parse

KINDS = {
    401: ("authentication_error", "invalid_api_key"),
    403: ("permission_error", "insufficient_quota"),
    404: ("invalid_request_error", "model_not_found"),
    429: ("rate_limit_error", "rate_limit_exceeded"),
}
"""An error's type and code by status; a request's fault without a code for the rest, the server's from 500 on."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """How one client protocol is written.

    Attributes:
        name: The pairs' name for it.
        frame: A chunk as the client reads it.
        error: What is written where a stream breaks after its first chunk.
        done: What is written where a stream ends well.
        empty: What is written for a stream that had no chunk at all.
        keep_alive: What is written while a stream is silent.
    """

    name: str
    frame: Callable[[bytes], bytes]
    error: Callable[[Failure], bytes]
    done: bytes = b""
    empty: bytes = b""
    keep_alive: bytes = b": keep-alive\n\n"


def status_text(status: int) -> str:
    """A status in words, as Go has them."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def is_json(text: str | bytes) -> bool:
    """Whether a text is JSON."""
    return parse(text) is not MISSING


def error_body(status: int, message: str) -> bytes:
    """An error's body: the message itself where it is JSON, else OpenAI's shape, for every protocol."""
    message = message if message.strip() else status_text(status)
    if is_json(trimmed := message.strip()):
        return trimmed.encode()
    kind, code = KINDS.get(
        status, ("server_error", "internal_server_error") if status >= 500 else ("invalid_request_error", "")
    )
    error = {"message": message, "type": kind}
    if code:
        error["code"] = code
    return orjson.dumps({"error": error})


def failure_body(failure: Failure) -> bytes:
    """The body a client gets where its request failed."""
    return error_body(failure.shown, failure.message.strip())


def data_frame(chunk: bytes) -> bytes:
    """A chunk as an event's data."""
    return b"data: " + chunk + b"\n\n"
