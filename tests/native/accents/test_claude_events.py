import json

from hypothesis import given
from hypothesis import strategies as st

from native.accents import claude_events as events

SAID = st.text(alphabet=st.characters(codec="utf-8"))


def read(written):
    name, data, *rest = written.decode().split("\n")
    assert rest == ["", ""]
    told = json.loads(data.removeprefix("data: "))
    assert name == f"event: {told['type']}"
    return told


@given(SAID, st.integers(0, 999))
def test_every_text_comes_back(said, index):
    for write, kind, key in (
        (events.text_delta, "text_delta", "text"),
        (events.thinking_delta, "thinking_delta", "thinking"),
        (events.input_delta, "input_json_delta", "partial_json"),
    ):
        assert read(write(index, said)) == {
            "type": "content_block_delta",
            "index": index,
            "delta": {"type": kind, key: said},
        }


def test_blocks_start_empty():
    assert read(events.text_start(1))["content_block"] == {"type": "text", "text": ""}
    assert read(events.thinking_start(1))["content_block"] == {"type": "thinking", "thinking": ""}
    assert read(events.tool_start(1, "i", "n"))["content_block"] == {
        "type": "tool_use",
        "id": "i",
        "name": "n",
        "input": {},
    }
    assert read(events.block_stop(1)) == {"type": "content_block_stop", "index": 1}


def test_a_message_starts_with_nothing_said():
    message = read(events.message_start("m1", 'a "model"'))["message"]
    assert message["id"] == "m1"
    assert message["model"] == 'a "model"'
    assert message["content"] == []
    assert message["stop_reason"] is None


def test_a_message_ends_with_its_reason_and_cost():
    assert read(events.message_delta("end_turn", events.usage(1, 2, 3))) == {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn", "stop_sequence": None},
        "usage": {"input_tokens": 1, "output_tokens": 2, "cache_read_input_tokens": 3},
    }
    assert read(events.MESSAGE_STOP) == {"type": "message_stop"}
    assert read(events.error("no"))["error"] == {"type": "api_error", "message": "no"}


def test_tokens_from_the_cache_are_apart_and_never_less_than_none():
    assert [events.apart(5, 2), events.apart(2, 5), events.apart(5, 0), events.apart(5, -1)] == [3, 0, 5, 5]
