"""The shape of a picture, for the one model of Gemini's that takes it from a picture.

Everything that turns a wanted `aspectRatio` into a white picture to draw on lives here. Laws: no other model's body is
touched; who sends a picture has said the shape by it; the wish itself never leaves. The words and the picture are our
own: the legacy's say the same in others, so that a provider sees a difference here, and none in what it draws.
"""

import zlib
from base64 import b64encode
from functools import cache
from typing import Any, Final

from native.turn import Json
from native.wire import edit
from native.wire.loose import MISSING, get, items, text

MODEL: Final = "gemini-2.5-flash-image-preview"
TASK: Final = "Draw what follows over the whole of the picture given here, to its edges and in its exact proportions."
SQUARE: Final = (1024, 1024)
SIZES: Final = {
    "2:3": (832, 1248),
    "3:2": (1248, 832),
    "3:4": (864, 1184),
    "4:3": (1184, 864),
    "4:5": (896, 1152),
    "5:4": (1152, 896),
    "9:16": (768, 1344),
    "16:9": (1344, 768),
    "21:9": (1536, 672),
}
"""Width and height in pixels, as the model draws them; every other wish is a square."""

_WISH: Final = ("generationConfig", "imageConfig")
_PARTS: Final = edit.steps("contents.0.parts")
_MODALITIES: Final = edit.steps("generationConfig.responseModalities")
_CONFIG: Final = edit.steps("generationConfig.imageConfig")


@cache
def canvas(width: int, height: int) -> str:
    """A white picture in base64: a PNG of eight bits of grey."""
    header = width.to_bytes(4) + height.to_bytes(4) + bytes((8, 0, 0, 0, 0))
    rows = zlib.compress((b"\0" + b"\xff" * width) * height, 9)
    chunks = b"".join(_chunk(*pair) for pair in ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b"")))
    return b64encode(b"\x89PNG\r\n\x1a\n" + chunks).decode()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)


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
    return {"inlineData": {"mime_type": "image/png", "data": canvas(*SIZES.get(ratio, SQUARE))}}
