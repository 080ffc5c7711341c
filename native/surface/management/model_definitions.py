"""What is known of models before anybody has a key, by channel."""

from aiohttp import web

from native.models import ModelInfo, catalogue
from native.surface.management.call import Call, RefusedError, route, told
from native.surface.management.kinds import TEXT, Field, List, Shape
from native.surface.routes import Doc

NAMES = {
    "input_token_limit": "inputTokenLimit",
    "output_token_limit": "outputTokenLimit",
    "supported_generation_methods": "supportedGenerationMethods",
    "supported_input_modalities": "supportedInputModalities",
    "supported_output_modalities": "supportedOutputModalities",
}
"""Fields that are not spelled as they are called."""
PLAIN = (
    *("owned_by", "type", "display_name", "name", "version", "description", "context_length"),
    *("max_completion_tokens", "supported_parameters", "supported_endpoints", *NAMES),
)


def shown(model: ModelInfo) -> dict[str, object]:
    """A model with all that is known of it."""
    found: dict[str, object] = {"id": model.id, "object": "model", "created": model.created}
    for field in PLAIN:
        value = getattr(model, field)
        if value:
            found[NAMES.get(field, field)] = list(value) if isinstance(value, tuple) else value
    if model.thinking is not None:
        thinking = model.thinking
        said = {
            "min": thinking.least,
            "max": thinking.most,
            "zero_allowed": thinking.zero,
            "dynamic_allowed": thinking.dynamic,
            "levels": list(thinking.levels),
        }
        found["thinking"] = {name: value for name, value in said.items() if value}
    return found


def definitions(call: Call) -> web.Response:
    """`GET /model-definitions/{channel}`."""
    channel = call.part("channel").strip() or call.query("channel").strip()
    if not channel:
        raise RefusedError(400, "channel is required")
    models = catalogue().get(channel.lower())
    if models is None:
        raise RefusedError(400, "unknown channel", channel=channel)
    return told({"channel": channel.lower(), "models": [shown(model) for model in models]})


GIVEN = Shape(Field("channel", TEXT), Field("models", List(Shape(Field("id", TEXT), Field("object", TEXT)))))

ROUTES = [route("GET", "/model-definitions/:channel", definitions, Doc(gives=GIVEN, query=("channel",)))]
