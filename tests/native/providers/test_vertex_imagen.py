import contextlib

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.failure import Failure
from native.providers.vertex_imagen import asked, told

NAMES = st.sampled_from(["contents", "parts", "text", "messages", "content", "prompt", "predictions"])
JSON = st.recursive(
    st.none() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner),
    max_leaves=10,
)


@pytest.mark.parametrize(
    "body",
    [
        {"contents": [{"parts": [{"text": "a cat"}, {"text": "b"}]}], "prompt": "c"},
        {"messages": [{"content": ""}, {"content": "a cat"}, {"content": "b"}]},
        {"prompt": "a cat"},
    ],
)
def test_a_prompt_is_found_in_every_form(body):
    assert asked(body) == {"instances": [{"prompt": "a cat"}], "parameters": {"sampleCount": 1}}


def test_wishes_are_passed_on():
    body = {"prompt": "a", "aspectRatio": "16:9", "sampleCount": "2", "negativePrompt": "dogs"}
    assert asked(body) == {
        "instances": [{"prompt": "a", "negativePrompt": "dogs"}],
        "parameters": {"sampleCount": 2, "aspectRatio": "16:9"},
    }


def test_nothing_to_draw_is_refused():
    with pytest.raises(Failure, match="imagen: no prompt found in request"):
        asked({"contents": []})


def test_pictures_are_parts():
    tree = {
        "predictions": [{"bytesBase64Encoded": "QQ==", "mimeType": "image/webp"}, {}, {"bytesBase64Encoded": "QUI="}]
    }
    answer = orjson.loads(told(b"", tree, "imagen-4", 1760000000.5))
    assert answer["candidates"][0]["content"]["parts"] == [
        {"inlineData": {"mimeType": "image/webp", "data": "QQ=="}},
        {"inlineData": {"mimeType": "image/png", "data": "QUI="}},
    ]
    assert (answer["modelVersion"], answer["responseId"]) == ("imagen-4", "imagen-1760000000500000000")


def test_an_answer_without_pictures_passes_as_it_is():
    assert told(b'{"error":1}', {"error": 1}, "m", 0) == b'{"error":1}'


@given(JSON)
def test_no_body_raises_anything_else(body):
    with contextlib.suppress(Failure):
        orjson.dumps(asked(body))
    orjson.loads(told(b"{}", body, "m", 0))
