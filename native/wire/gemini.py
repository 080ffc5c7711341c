"""Google's Generative Language API: framing, errors, lists of models."""

from collections.abc import Iterable

from native.failure import Failure
from native.models import ModelInfo
from native.turn import Json
from native.wire.protocol import Protocol, data_frame, error_body


def stream_error(failure: Failure) -> bytes:
    """A broken stream's last event."""
    return b"event: error\n" + data_frame(error_body(failure.shown, failure.message))


def plain_error(failure: Failure) -> bytes:
    """The same where chunks are no events."""
    return error_body(failure.shown, failure.message)


def plain(chunk: bytes) -> bytes:
    """A chunk as it is."""
    return chunk


GEMINI = Protocol("gemini", frame=data_frame, error=stream_error)
GEMINI_PLAIN = Protocol("gemini", frame=plain, error=plain_error, keep_alive=b"")
"""Streams whose query has an `alt` other than `sse`: chunks without events, and no keep-alives."""


def entry(model: ModelInfo) -> Json:
    """A model as Gemini's lists have it."""
    found: Json = {"name": model.name or model.id}
    for key, value in (
        ("version", model.version),
        ("displayName", model.display_name),
        ("description", model.description),
        ("inputTokenLimit", model.input_token_limit),
        ("outputTokenLimit", model.output_token_limit),
        ("supportedGenerationMethods", model.supported_generation_methods),
        ("supportedInputModalities", model.supported_input_modalities),
        ("supportedOutputModalities", model.supported_output_modalities),
    ):
        if value:
            found[key] = value
    return found


def _named(found: Json) -> Json:
    return {**found, "name": found["name"] if found["name"].startswith("models/") else "models/" + found["name"]}


def listed(models: Iterable[ModelInfo]) -> Json:
    """`GET /v1beta/models`."""
    data = []
    for model in models:
        found = entry(model)
        name = found["name"]
        found = {
            "displayName": name,
            "description": name,
            "supportedGenerationMethods": ["generateContent"],
            **_named(found),
        }
        data.append(found)
    return {"models": data}


def one(models: Iterable[ModelInfo], name: str) -> Json | None:
    """`GET /v1beta/models/{name}`; None where there is none."""
    for model in models:
        if (found := entry(model))["name"] in {name, "models/" + name}:
            return _named(found)
    return None
