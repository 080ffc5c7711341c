import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.wire.openai_completions import as_chat, chunk, whole

JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["choices", "delta", "index", "x"]), inner)
    ),
    max_leaves=8,
)


def test_a_prompt_becomes_a_users_message():
    chat = orjson.loads(as_chat(b'{"model":"m","prompt":"Hi","max_tokens":"5","stream":1,"user":"u"}'))
    assert chat == {"model": "m", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 5, "stream": True}


def test_without_a_prompt_there_is_something_to_complete():
    assert orjson.loads(as_chat(b"{}"))["messages"][0]["content"] == "Complete this:"


def test_of_what_a_prompt_says_twice_the_first_counts_however_it_ends():
    chat = orjson.loads(as_chat(b'{"model":"m","prompt":"Hi","prompt":"Ho","max_tokens":5,"max_tokens":6,'))
    assert (chat["messages"][0]["content"], chat["max_tokens"]) == ("Hi", 5)


def test_an_answers_message_becomes_text():
    answer = (
        b'{"id":"c","created":5,"model":"m","choices":[{"index":0,"message":{"content":"Hi"},"finish_reason":"stop"}]}'
    )
    assert orjson.loads(whole(answer)) == {
        "id": "c",
        "object": "text_completion",
        "created": 5,
        "model": "m",
        "choices": [{"index": 0, "text": "Hi", "finish_reason": "stop"}],
    }


@pytest.mark.parametrize(
    ("data", "texts"),
    [
        (b'{"choices":[{"delta":{"content":"Hi"}}]}', ["Hi"]),
        (b'{"choices":[{"delta":{},"finish_reason":"stop"}]}', [""]),
        (b'{"choices":[],"usage":{"a":1}}', []),
    ],
)
def test_a_chunk_that_says_something_goes_on(data, texts):
    (made,) = chunk(data)
    assert [choice["text"] for choice in orjson.loads(made)["choices"]] == texts


@pytest.mark.parametrize("data", [b'{"choices":[{"delta":{"role":"assistant"}}]}', b"{}", b"no json"])
def test_a_chunk_that_says_nothing_is_left_out(data):
    assert chunk(data) == []


@given(JSON)
def test_any_json_is_turned(value):
    data = orjson.dumps(value)
    for turned in (as_chat(data), whole(data), *chunk(data)):
        orjson.loads(turned)
