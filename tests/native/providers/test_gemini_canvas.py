import base64
import struct
import zlib

import pytest

from native.credentials.credential import Credential
from native.providers.gemini import Gemini
from native.providers.gemini_canvas import MODEL, SIZES, SQUARE, TASK, canvas, canvassed

GOOGLE = Credential("c", "gemini", api_key="g1")
PICTURE = {"inlineData": {"mimeType": "image/png", "data": "AA=="}}


def a_wish(ratio="16:9", parts=({"text": "A cat."},)):
    return {
        "contents": [{"role": "user", "parts": list(parts)}, {"role": "model"}],
        "generationConfig": {"imageConfig": {"aspectRatio": ratio}, "temperature": 1},
    }


def size(encoded):
    return struct.unpack(">II", base64.b64decode(encoded)[16:24])


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [
        ("1:1", (1024, 1024)),
        ("2:3", (832, 1248)),
        ("3:2", (1248, 832)),
        ("3:4", (864, 1184)),
        ("4:3", (1184, 864)),
        ("4:5", (896, 1152)),
        ("5:4", (1152, 896)),
        ("9:16", (768, 1344)),
        ("16:9", (1344, 768)),
        ("21:9", (1536, 672)),
        ("7:5", (1024, 1024)),
        (1, (1024, 1024)),
        (None, (1024, 1024)),
    ],
)
def test_a_wish_becomes_a_white_picture_of_that_shape_before_the_words(ratio, expected):
    given = a_wish(ratio)
    body = canvassed(MODEL, given)
    task, canvas, words = body["contents"][0]["parts"]
    assert (task, words) == ({"text": TASK}, {"text": "A cat."})
    assert canvas["inlineData"]["mime_type"] == "image/png"
    assert size(canvas["inlineData"]["data"]) == expected
    assert body["contents"][1] == {"role": "model"}
    assert body["generationConfig"] == {"temperature": 1, "responseModalities": ["IMAGE", "TEXT"]}
    assert given == a_wish(ratio), "the body that was given is as it was"


def chunks(png):
    """The parts of a PNG by name, each of them whole."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, found = 8, {}
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        found[kind] = png[at + 8 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + found[kind])
        at += 12 + length
    return found


@pytest.mark.parametrize("shape", [*SIZES.values(), SQUARE])
def test_every_canvas_is_a_white_picture(shape):
    width, height = shape
    found = chunks(base64.b64decode(canvas(width, height)))
    assert list(found) == [b"IHDR", b"IDAT", b"IEND"]
    assert struct.unpack(">IIBBBBB", found[b"IHDR"]) == (width, height, 8, 0, 0, 0, 0)
    assert zlib.decompress(found[b"IDAT"]) == (b"\0" + b"\xff" * width) * height


def test_who_sends_a_picture_gets_none_and_the_wish_goes():
    body = canvassed(MODEL, a_wish(parts=({"text": "x"}, PICTURE)))
    assert body["contents"][0]["parts"] == [{"text": "x"}, PICTURE]
    assert body["generationConfig"] == {"temperature": 1}


def test_without_words_the_wish_goes_alone():
    body = canvassed(MODEL, {"contents": [], "generationConfig": {"imageConfig": {"aspectRatio": "1:1"}}})
    assert body == {"contents": [], "generationConfig": {}}


@pytest.mark.parametrize("given", [{}, {"generationConfig": []}, {"generationConfig": {"imageConfig": {"x": 1}}}])
def test_who_wishes_for_no_shape_is_left_alone(given):
    assert canvassed(MODEL, given) is given


def test_other_models_are_told_the_shape():
    body = a_wish()
    assert canvassed("gemini-2.5-flash-image", body) is body


@pytest.mark.parametrize("contents", [{"parts": {"text": "x"}}, "x", [1], [{"parts": "x"}]])
def test_any_shape_of_contents_is_taken(contents):
    canvassed(MODEL, {**a_wish(), "contents": contents})


async def test_a_chats_wish_reaches_gemini_as_a_picture(a, a_kit, a_call):
    kit = a_kit({}, lambda _: a.Answer([b'{"candidates":[]}']))
    chat = b'{"messages":[{"role":"user","content":"A cat."}],"image_config":{"aspect_ratio":"9:16"}}'
    await Gemini(kit).whole(a_call(GOOGLE, MODEL, chat, "openai"))
    parts = kit.upstream.body()["contents"][0]["parts"]
    assert size(parts[1]["inlineData"]["data"]) == (768, 1344)
    assert "imageConfig" not in kit.upstream.body()["generationConfig"]
