"""Bodies are written anew, or as the client's text where that passes; no client cuts a chunk at a separator."""

import pytest

from native.credentials.credential import Credential
from native.pairs import pairs
from native.providers.spelling import dumped, left, of_chunks, spelled

CREDENTIAL = Credential("c", "lab")
CHUNK = "a\u2028b\u2029c\u2026".encode()


def test_a_body_nested_deeper_than_orjson_writes_is_written():
    deep = []
    for _ in range(400):
        deep = [deep]
    assert dumped({"a": deep}).count(b"[") == 401


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (("claude", "openai"), rb"a\u2028b\u2029c" + "\u2026".encode()),
        (("openai", "claude"), rb"a\u2028b\u2029c" + "\u2026".encode()),
        (("openai", "openai"), CHUNK),
        (("gemini-cli", "gemini"), CHUNK),
        (None, CHUNK),
    ],
)
def test_separators_of_lines_are_escaped_where_an_answer_is_translated(key, said):
    assert of_chunks(pairs()[key] if key else None)([b"plain", CHUNK]) == [b"plain", said]


def test_json_is_written_anew(a_call):
    call = a_call(CREDENTIAL, "m", b'{"model": "alias"}', "openai")
    assert spelled(call, "openai", {"model": "m"}) == b'{"model":"m"}'


@pytest.mark.parametrize(
    ("source", "target", "sent"),
    [
        ("openai", "openai", b'{"model": "m", "cut": [1'),
        ("openai-response", "codex", b'{"model": "m", "cut": [1'),
        ("claude", "openai", b'{"model":"m","cut":[1]}'),
    ],
)
def test_a_text_that_is_no_json_goes_on_edited_where_protocols_are_the_same(a_call, source, target, sent):
    call = a_call(CREDENTIAL, "m", b'{"model": "alias", "cut": [1', source)
    call.sound = False
    assert spelled(call, target, {"model": "m", "cut": [1]}) == sent


def test_of_a_text_that_does_not_begin_as_an_object_only_what_is_new_is_left(a_call):
    call = a_call(CREDENTIAL, "m", b'garbage {"model": "alias"}', "openai")
    call.sound = False
    assert left(call, "openai", {"model": "m", "stream": True}) == {"stream": True}
    assert left(call, "claude", {"model": "m", "stream": True}) == {"model": "m", "stream": True}
