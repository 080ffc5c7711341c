"""The normal form: pieces joined, parallel blocks in order, nothing dropped."""

import copy

from hypothesis import given
from hypothesis import strategies as st

from shim.judge.normal import normal, overlapping, piece


def event(data):
    return {"event": None, "data": data, "other": []}


def claude(text, index=0):
    return event({"type": "content_block_delta", "index": index, "delta": {"type": "text_delta", "text": text}})


def chat(text):
    return event({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]})


def gemini(text):
    return event({"candidates": [{"content": {"parts": [{"text": text}]}}]})


def responses(text, number):
    return event({"type": "response.output_text.delta", "delta": text, "sequence_number": number})


@given(st.lists(st.text(min_size=1, max_size=4), min_size=1), st.sampled_from([claude, chat, gemini]))
def test_the_cuts_of_a_text_say_nothing(pieces, make):
    assert normal([make(p) for p in pieces], parallel=False) == normal([make("".join(pieces))], parallel=False)


@given(st.lists(st.text(min_size=1, max_size=4), min_size=1))
def test_the_given_stream_is_left_as_it_was(pieces):
    stream = [claude(p) for p in pieces]
    before = copy.deepcopy(stream)
    normal(stream, parallel=True)
    assert stream == before


def test_what_stands_between_two_pieces_keeps_them_apart():
    apart = normal([claude("a"), event({"type": "ping"}), claude("b")], parallel=False)
    assert len(apart) == 3


def test_numbered_events_are_compared_by_their_steps():
    one = normal([responses("ab", 1), responses("cd", 2)], parallel=False)
    other = normal([responses("a", 1), responses("bcd", 2)], parallel=False)
    assert one == other
    assert one != normal([responses("ab", 1), responses("cd", 5)], parallel=False)


def test_blocks_open_at_once_are_put_in_order_and_only_then():
    start = lambda i: event({"type": "content_block_start", "index": i})  # noqa: E731
    stop = lambda i: event({"type": "content_block_stop", "index": i})  # noqa: E731
    assert overlapping([start(0), start(1), stop(0), stop(1)])
    assert not overlapping([start(0), stop(0), start(1), stop(1)])
    mixed = [start(1), start(0), stop(1), stop(0)]
    assert normal(mixed, parallel=True) == [start(0), stop(0), start(1), stop(1)]
    assert normal(mixed, parallel=False) == mixed


def test_an_event_with_more_than_a_piece_is_no_piece():
    assert piece({"choices": [{"delta": {"content": "a"}, "finish_reason": "stop"}]}) is None
    assert piece({"choices": [{"delta": {"content": "a", "reasoning_content": "b"}}]}) is None
    assert piece({"candidates": [{"content": {"parts": [{"text": "a"}]}, "finishReason": "STOP"}]}) is None
    assert piece([1]) is None
