"""OpenAI's Responses: framing and errors."""

import orjson

from native.failure import Failure
from native.turn import Json
from native.wire.loose import MISSING, get, parse, text
from native.wire.protocol import Protocol, is_json, status_text

CODES = {
    401: "invalid_api_key",
    403: "insufficient_quota",
    404: "model_not_found",
    408: "request_timeout",
    429: "rate_limit_exceeded",
}
"""A broken stream's code by status."""


def frame(chunk: bytes) -> bytes:
    """A chunk is an event already; only its end may be owed."""
    if not chunk or chunk.endswith(b"\n\n"):
        return chunk
    return chunk + (b"\n" if chunk.endswith(b"\n") else b"\n\n")


def error_event(status: int, message: str, number: int = 0) -> bytes:
    """An error as an event's data."""
    said = message.strip() or status_text(status)
    code = CODES.get(status) or (
        "internal_server_error" if status >= 500 else "invalid_request_error" if status >= 400 else "unknown_error"
    )
    tree = parse(message.strip()) if message.strip() else MISSING
    if isinstance(tree, dict):
        if text(tree.get("type")).strip() == "error" and isinstance(tree.get("type"), str):
            said, code = _told(tree, said, code)
            given = tree.get("sequence_number")
            if isinstance(given, (int, float)) and not isinstance(given, bool) and number == 0:
                number = int(given)
        if isinstance(tree.get("error"), dict):
            said, code = _told(tree["error"], said, code)
    event = {"type": "error", "code": code or "unknown_error", "message": said, "sequence_number": number}
    return orjson.dumps(event)


def _told(tree: Json, said: str, code: str) -> tuple[str, str]:
    """What an error object says of itself, or what was known before."""
    message, given = tree.get("message"), get(tree, "code")
    if isinstance(message, str) and message.strip():
        said = message.strip()
    if given is not MISSING and given is not None:
        code = text(given).strip() if not isinstance(given, bool) else str(given).lower()
    return said, code


def stream_error(failure: Failure) -> bytes:
    """A broken stream's last event."""
    return (
        b"\nevent: error\ndata: " + error_event(failure.shown, failure.message or status_text(failure.shown)) + b"\n\n"
    )


def bad_data(chunk: bytes) -> Failure | None:
    """The failure a chunk is whose data are no JSON; None where it is sound."""
    for line in chunk.split(b"\n"):
        data = line.strip()
        if not data.startswith(b"data:"):
            continue
        data = data[5:].strip()
        if data and data != b"[DONE]" and not is_json(data):
            return Failure(f"invalid SSE data JSON (len={len(data)}): {quoted(data[:512])}", 502)
    return None


def quoted(data: bytes) -> str:
    """Bytes as Go quotes them."""
    said = data.decode("utf-8", "replace")
    return orjson.dumps(said).decode()


RESPONSES = Protocol("openai-response", frame=frame, error=stream_error, done=b"\n", empty=b"\n")
