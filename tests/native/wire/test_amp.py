import orjson
import pytest

from native.wire.amp import Dressed, renamed, without_unpaid, without_unsigned


def dressed(tree):
    return orjson.loads(Dressed("asked").whole(orjson.dumps(tree)))


def test_thinking_needs_a_signature():
    blocks = [
        {"type": "thinking"},
        {"type": "thinking", "signature": " "},
        {"type": "thinking", "signature": "s"},
        {"type": "text"},
    ]
    raw = orjson.dumps({"messages": [{"role": "assistant", "content": blocks}, {"role": "user", "content": blocks}]})
    first, second = orjson.loads(without_unsigned(raw))["messages"]
    assert (len(first["content"]), len(second["content"])) == (2, 4)


@pytest.mark.parametrize("raw", [b"{oops", b'{"messages":1}', b'{"messages":[1,{"role":"assistant"}]}'])
def test_what_needs_no_edit_is_the_same_bytes(raw):
    assert without_unsigned(raw) is raw


def test_an_answer_bears_the_name_that_was_asked_for_everywhere():
    tree = {
        "model": "m",
        "message": {"model": "m"},
        "response": {"model": "m", "modelVersion": "v"},
        "modelVersion": "v",
    }
    assert dressed(tree) == {
        "model": "asked",
        "message": {"model": "asked"},
        "response": {"model": "asked", "modelVersion": "asked"},
        "modelVersion": "asked",
    }


def test_blocks_are_signed_and_thinking_beside_a_tool_is_left_out():
    tree = {"content": [{"type": "thinking"}, {"type": "tool_use"}, {"type": "text"}]}
    assert dressed(tree) == {"content": [{"type": "tool_use", "signature": ""}, {"type": "text"}]}
    assert dressed({"content": [{"type": "thinking"}]}) == {"content": [{"type": "thinking", "signature": ""}]}


def test_a_stream_keeps_its_thinking():
    piece = b'event: x\ndata: {"type":"content_block_start","content_block":{"type":"thinking"}}\n\n: c\n'
    line = Dressed("asked").piece(piece).split(b"\n")[1]
    assert orjson.loads(line[6:])["content_block"] == {"type": "thinking", "signature": ""}


def test_what_is_no_json_passes():
    assert Dressed("asked").whole(b"no json") == b"no json"
    assert Dressed("asked").piece(b"data: [DONE]\n\n") == b"data: [DONE]\n\n"


def test_another_model_is_asked_only_where_one_was():
    assert orjson.loads(renamed(b'{"model":"a","x":1}', "b")) == {"model": "b", "x": 1}
    assert renamed(b'{"x":1}', "b") == b'{"x":1}'


def test_what_only_amp_pays_for_is_not_asked():
    assert without_unpaid("a, context-1m-2025-08-07,b") == "a,b"
