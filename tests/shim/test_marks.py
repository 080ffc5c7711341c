import gzip
import struct

import orjson
from hypothesis import given
from hypothesis import strategies as st

from shim import marks
from shim.exchange import Request, Response

TEXT = "Tell me about the sea.\nIn three lines."
LINES = {"Tell me about the sea.", "In three lines."}

REQUESTS = [
    {"model": "m", "messages": [{"role": "user", "content": TEXT}]},
    {"model": "m", "messages": [{"role": "user", "content": [{"type": "text", "text": TEXT}]}]},
    {"model": "m", "input": [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": TEXT}]}]},
    {"contents": [{"role": "user", "parts": [{"text": TEXT}]}]},
]


def test_the_same_question_has_the_same_marks_in_every_dialect():
    for body in REQUESTS:
        assert marks.of_request(Request("POST", "/", (), orjson.dumps(body))) == LINES


def test_an_envelope_hides_nothing():
    wrapped = {"project": "p", "request": {"contents": [{"parts": [{"text": TEXT}]}]}}
    assert marks.of_call(Request("POST", "/", (), orjson.dumps(wrapped))) >= LINES


def test_json_within_a_string_is_opened():
    asked = {"messages": [{"tool_calls": [{"function": {"arguments": '{"city": "Paris on the Seine"}'}}]}]}
    sent = {"messages": [{"content": [{"type": "tool_use", "input": {"city": "Paris on the Seine"}}]}]}
    for body in (asked, sent):
        assert "Paris on the Seine" in marks.of_call(Request("POST", "/", (), orjson.dumps(body)))


def test_settings_are_no_marks():
    body = {"model": "claude-sonnet-4-5", "messages": [{"role": "user", "content": "hello"}], "user": "somebody-else"}
    assert marks.of_request(Request("POST", "/", (), orjson.dumps(body))) == {"hello"}


def test_the_pieces_of_a_stream_are_joined():
    pieces = ["Tell me ab", "out the s", "ea.\nIn th", "ree lines."]
    stream = tuple(b"data: " + orjson.dumps({"delta": {"text": piece}}) + b"\n\n" for piece in pieces)
    assert marks.of_response(Response(200, (), (*stream, b"data: [DONE]\n\n"))) >= LINES


def test_a_compressed_answer_is_looked_into():
    packed = gzip.compress(orjson.dumps({"text": TEXT}))
    assert marks.of_response(Response(200, (("Content-Encoding", "gzip"),), (packed,))) == LINES


def test_an_event_stream_of_frames_is_looked_into():
    frames = [
        struct.pack(">III", 99, 11, 0)
        + b":event-type\x07\x00\x05chunk"
        + orjson.dumps({"content": piece})
        + b"\x00\x01\x02\x03"
        for piece in ("Tell me about ", "the sea.")
    ]
    assert "Tell me about the sea." in marks.of_response(Response(200, (), tuple(frames)))


def test_readable_runs_of_anything_else_are_marks():
    assert "Tell me about the sea." in marks.of_call(
        Request("POST", "/", (), b"\x0a\x16Tell me about the sea.\x10\x01")
    )


def test_what_is_said_over_a_websocket_has_marks():
    frame = '{"type": "response.create", "input": "Tell me about the sea."}'
    assert marks.of_frame(frame) == {"Tell me about the sea."}


@given(st.binary() | st.recursive(st.none() | st.text() | st.floats() | st.integers(-9, 9), st.lists).map(orjson.dumps))
def test_any_bytes_have_marks(body):
    request = Request("POST", "/", (("Content-Encoding", "gzip"),), body)
    for plain in (request, Request("POST", "/", (), body)):
        assert isinstance(marks.of_request(plain), frozenset)
    assert isinstance(marks.of_response(Response(200, (), (b"data:", body))), frozenset)
