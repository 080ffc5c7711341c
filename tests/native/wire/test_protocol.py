import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.failure import Failure
from native.wire import claude, gemini, openai_chat, openai_responses
from native.wire.protocol import error_body

BROKEN = Failure("cut off")


@pytest.mark.parametrize(
    ("protocol", "written"),
    [
        (
            openai_chat.CHAT,
            b'data: {"error":{"message":"cut off","type":"server_error","code":"internal_server_error"}}\n\n',
        ),
        (claude.CLAUDE, b'event: error\ndata: {"type":"error","error":{"type":"api_error","message":"cut off"}}\n\n'),
        (
            gemini.GEMINI,
            (
                b"event: error\n"
                b'data: {"error":{"message":"cut off","type":"server_error","code":"internal_server_error"}}\n\n'
            ),
        ),
        (
            openai_responses.RESPONSES,
            (
                b"\nevent: error\n"
                b'data: {"type":"error","code":"internal_server_error","message":"cut off","sequence_number":0}\n\n'
            ),
        ),
    ],
)
def test_each_protocol_tells_a_broken_stream_in_its_own_way(protocol, written):
    assert protocol.error(BROKEN) == written


def test_an_error_without_words_has_its_statuss():
    assert orjson.loads(error_body(429, " "))["error"]["message"] == "Too Many Requests"


@given(st.integers(400, 599), st.text())
def test_an_error_is_json_whatever_was_said(status, said):
    orjson.loads(error_body(status, said))
