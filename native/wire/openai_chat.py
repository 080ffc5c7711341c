"""OpenAI's chat completions: framing, errors, the list of models."""

from collections.abc import Iterable

from native.failure import Failure
from native.models import ModelInfo
from native.turn import Json
from native.wire.protocol import Protocol, data_frame, error_body

DONE = b"data: [DONE]\n\n"


def stream_error(failure: Failure) -> bytes:
    """A broken stream's last event."""
    return data_frame(error_body(failure.shown, failure.message))


CHAT = Protocol("openai", frame=data_frame, error=stream_error, done=DONE, empty=DONE)


def listed(models: Iterable[ModelInfo]) -> Json:
    """`GET /v1/models`."""
    data = []
    for model in models:
        entry: Json = {"id": model.id, "object": "model", "owned_by": model.owned_by}
        if model.created > 0:
            entry["created"] = model.created
        data.append(entry)
    return {"object": "list", "data": data}
