"""Anthropic's Messages: framing, errors, the list of models."""

from collections.abc import Iterable

import orjson

from native.failure import Failure
from native.models import ModelInfo
from native.turn import Json
from native.wire.protocol import Protocol


def stream_error(failure: Failure) -> bytes:
    """A broken stream's last event."""
    error = {"type": "error", "error": {"type": "api_error", "message": failure.message}}
    return b"event: error\ndata: " + orjson.dumps(error) + b"\n\n"


def frame(chunk: bytes) -> bytes:
    """A chunk is written as it is: it carries its own event lines."""
    return chunk


CLAUDE = Protocol("claude", frame=frame, error=stream_error)


def listed(models: Iterable[ModelInfo]) -> Json:
    """`GET /v1/models` as Claude Code reads it."""
    data = [_entry(model) for model in models]
    return {
        "data": data,
        "has_more": False,
        "first_id": data[0]["id"] if data else "",
        "last_id": data[-1]["id"] if data else "",
    }


def _entry(model: ModelInfo) -> Json:
    entry: Json = {"id": model.id, "object": "model", "owned_by": model.owned_by}
    if model.created > 0:
        entry["created_at"] = model.created
    if model.type:
        entry["type"] = "model"
    if model.display_name:
        entry["display_name"] = model.display_name
    if model.thinking is not None:
        entry["thinking"] = True
        entry["extended_thinking"] = {
            "supported": True,
            "min": model.thinking.least,
            "max": model.thinking.most,
            "zero_allowed": model.thinking.zero,
            "dynamic_allowed": model.thinking.dynamic,
        }
    return entry
