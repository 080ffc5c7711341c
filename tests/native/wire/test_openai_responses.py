import orjson
import pytest

from native.wire.openai_responses import bad_data, error_event, frame


@pytest.mark.parametrize(
    ("chunk", "written"),
    [(b"data: x\n\n", b"data: x\n\n"), (b"data: x\n", b"data: x\n\n"), (b"data: x", b"data: x\n\n"), (b"", b"")],
)
def test_an_event_gets_the_end_it_lacks(chunk, written):
    assert frame(chunk) == written


@pytest.mark.parametrize(
    ("status", "said", "code", "message"),
    [
        (429, "slow", "rate_limit_exceeded", "slow"),
        (418, "tea", "invalid_request_error", "tea"),
        (500, '{"error":{"message":" m ","code":"c"}}', "c", "m"),
        (500, '{"error":{"message":"","code":7}}', "7", '{"error":{"message":"","code":7}}'),
        (500, '{"type":"error","message":"m","code":"c","sequence_number":3}', "c", "m"),
        (502, "", "internal_server_error", "Bad Gateway"),
    ],
)
def test_what_an_error_says_of_itself_is_told(status, said, code, message):
    event = orjson.loads(error_event(status, said))
    assert (event["type"], event["code"], event["message"]) == ("error", code, message)


def test_the_number_an_error_gives_itself_is_kept():
    assert orjson.loads(error_event(500, '{"type":"error","sequence_number":3}'))["sequence_number"] == 3


@pytest.mark.parametrize("chunk", [b"event: x\ndata: {}\n\n", b"data: [DONE]", b": c", b"data:", b"data: 1\ndata: 2"])
def test_sound_data_pass(chunk):
    assert bad_data(chunk) is None


def test_data_that_are_no_json_are_a_bad_gateway():
    failure = bad_data(b'event: x\ndata: {"a":\n\n')
    assert (failure.status, failure.message) == (502, r'invalid SSE data JSON (len=5): "{\"a\":"')
