"""The shape of a picture, for the one model of Gemini's that takes it from a picture.

Everything that turns a wanted `aspectRatio` into a white picture to draw on lives here. Laws: no other model's body is
touched; who sends a picture has said the shape by it; the wish itself never leaves.
"""

from functools import cache
from importlib.resources import files
from typing import Any, Final

import orjson

from native.turn import Json
from native.wire import edit
from native.wire.loose import MISSING, get, items, text

MODEL: Final = "gemini-2.5-flash-image-preview"
SQUARE: Final = "1:1"
TASK: Final = (
    "Based on the following requirements, create an image within the uploaded picture. "
    "The new content *MUST* completely cover the entire area of the original picture, "
    "maintaining its exact proportions, and *NO* blank areas should appear."
)

_WISH: Final = ("generationConfig", "imageConfig")
_PARTS: Final = edit.steps("contents.0.parts")
_MODALITIES: Final = edit.steps("generationConfig.responseModalities")
_CONFIG: Final = edit.steps("generationConfig.imageConfig")


@cache
def canvases() -> dict[str, str]:
    """White pictures in base64 (PNG), by their shape."""
    import zstandard  # noqa: PLC0415 - for whoever draws

    packed = files("native").joinpath("data/canvases.json.zst").read_bytes()
    found: dict[str, str] = orjson.loads(zstandard.decompress(packed))
    return found


def canvassed(model: str, body: Json) -> Json:
    """The body with a white picture of the wanted shape before its first words, where it is to have one."""
    if model != MODEL or (ratio := get(body, *_WISH, "aspectRatio")) is MISSING:
        return body
    if (contents := items(get(body, "contents"))) and not any(map(_pictured, contents)):
        parts = [{"text": TASK}, _canvas(text(ratio)), *items(get(contents[0], "parts"))]
        body = edit.put(edit.put(body, _PARTS, parts), _MODALITIES, ["IMAGE", "TEXT"])
    return edit.drop(body, _CONFIG)


def _pictured(content: Any) -> bool:
    return any(get(part, "inlineData") is not MISSING for part in items(get(content, "parts")))


def _canvas(ratio: str) -> Json:
    found = canvases()
    return {"inlineData": {"mime_type": "image/png", "data": found.get(ratio, found[SQUARE])}}
