"""Gemini's answers as a chat client reads them; the legacy's own words are in test_chat_pairs."""

import re

import orjson
import pytest

from native.accents.chat_gemini import PAIR


def event(*parts, **candidate):
    return {"candidates": [{"content": {"parts": list(parts)}, **candidate}], "modelVersion": "g", "responseId": "r"}


def call(name="f", arguments=None):
    return {"functionCall": {"name": name, "args": {} if arguments is None else arguments}}


@pytest.fixture
def streamed(a_turn):
    def read(*events, **changes):
        stream = PAIR.stream(a_turn(**changes))
        return [orjson.loads(chunk) for said in events for chunk in stream.feed(orjson.dumps(said))]

    return read


@pytest.fixture
def whole(a_turn):
    def read(said, **changes):
        data = said if isinstance(said, bytes) else orjson.dumps(said)
        return orjson.loads(PAIR.whole(data, a_turn(**changes)))

    return read


def deltas(chunks):
    return [chunk["choices"][0]["delta"] for chunk in chunks]


def reasons(chunks):
    return [chunk["choices"][0]["finish_reason"] for chunk in chunks]


def test_texts_and_thoughts_have_their_own_keys(streamed):
    said = deltas(streamed(event({"text": "Hm.", "thought": True}), event({"text": "So."})))
    nothing = {"role": "assistant", "content": None, "reasoning_content": None, "tool_calls": None}
    assert said == [nothing | {"reasoning_content": "Hm."}, nothing | {"content": "So."}]


def test_a_line_may_carry_its_data_prefix(a_turn):
    line = orjson.dumps(event({"text": "So."}))
    assert PAIR.stream(a_turn()).feed(b"data: " + line) == PAIR.stream(a_turn()).feed(line)


@pytest.mark.parametrize("line", [b"[DONE]", b"data: [DONE]", b"", b"{}", b"nonsense", b'{"candidates":[]}'])
def test_a_line_that_says_nothing_makes_no_chunk(a_turn, line):
    assert PAIR.stream(a_turn()).feed(line) == []


def test_a_call_has_an_id_of_its_own_and_arguments_as_gemini_spelled_them(a_turn):
    line = b'{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"a":  1.50}}}]}}]}'
    turn = a_turn()
    made = [
        orjson.loads(chunk)["choices"][0]["delta"]["tool_calls"][0]
        for chunk in PAIR.stream(turn).feed(line) + PAIR.stream(turn).feed(line)
    ]
    assert [one["function"]["arguments"] for one in made] == ['{"a":  1.50}'] * 2
    assert [re.fullmatch(r"f-1760000000500000000-(\d)", one["id"])[1] for one in made] == ["1", "2"]


@pytest.mark.parametrize(("dialect", "numbers"), [("parity", [[0], [1, 1]]), ("clean", [[0], [1, 2]])])
def test_calls_of_several_chunks_are_numbered_on_in_the_clean_dialect(streamed, dialect, numbers):
    chunks = streamed(event(call()), event(call(), call()), dialect=dialect)
    assert [[one["index"] for one in delta["tool_calls"]] for delta in deltas(chunks)] == numbers


@pytest.mark.parametrize(("dialect", "told"), [("parity", "b"), ("clean", "ab")])
def test_texts_of_one_chunk_are_joined_in_the_clean_dialect(streamed, dialect, told):
    assert deltas(streamed(event({"text": "a"}, {"text": "b"}), dialect=dialect))[0]["content"] == told


@pytest.mark.parametrize(
    ("reason", "parity", "clean"),
    [("STOP", "stop", "stop"), ("MAX_TOKENS", "max_tokens", "length"), ("SAFETY", None, "content_filter")],
)
def test_why_a_stream_ends(streamed, reason, parity, clean):
    for dialect, told in (("parity", parity), ("clean", clean)):
        assert reasons(streamed(event(finishReason=reason), dialect=dialect)) == [told]


@pytest.mark.parametrize(("dialect", "last"), [("parity", "stop"), ("clean", "tool_calls")])
def test_a_stream_with_calls_ends_for_them_in_the_clean_dialect(streamed, dialect, last):
    assert reasons(streamed(event(call()), event(finishReason="STOP"), dialect=dialect)) == ["tool_calls", last]


def test_a_chunk_of_counts_alone_is_passed_on(streamed):
    usage = {"promptTokenCount": 3, "candidatesTokenCount": 2, "thoughtsTokenCount": 1, "cachedContentTokenCount": 4}
    (chunk,) = streamed({"usageMetadata": usage})
    assert chunk["usage"] == {
        "completion_tokens": 2,
        "prompt_tokens": 3,
        "completion_tokens_details": {"reasoning_tokens": 1},
        "prompt_tokens_details": {"cached_tokens": 4},
    }


@pytest.mark.parametrize(
    ("said", "created"),
    [
        ("2025-10-09T08:53:20Z", 1760000000),
        ("2025-10-09T10:53:20.999999999+02:00", 1760000000),
        ("2025-10-09", 0),
        ("2025-99-99T08:53:20Z", 0),
        (5, 0),
    ],
)
def test_the_time_is_the_one_gemini_says(streamed, whole, said, created):
    answer = event({"text": "a"}) | {"createTime": said}
    assert streamed(answer)[0]["created"] == created
    assert whole(answer)["created"] == created


def test_the_clean_dialect_says_when_gemini_does_not(streamed, whole):
    assert streamed(event({"text": "a"}), dialect="clean")[0]["created"] == 1760000000
    assert whole(event({"text": "a"}), dialect="clean")["created"] == 1760000000


def test_pictures_are_numbered_data_addresses(whole):
    parts = [{"inlineData": {"mimeType": "image/webp", "data": "AA"}}, {"inline_data": {"data": "BB"}}]
    images = whole(event(*parts))["choices"][0]["message"]["images"]
    assert [image["image_url"]["url"] for image in images] == ["data:image/webp;base64,AA", "data:image/png;base64,BB"]
    assert [image["index"] for image in images] == [0, 1]


def test_a_whole_answer_joins_texts_and_has_a_choice_a_candidate(whole):
    answer = whole({"candidates": [*event({"text": "a"}, {"text": "b"})["candidates"], {"index": 1}]})
    assert [choice["index"] for choice in answer["choices"]] == [0, 1]
    assert answer["choices"][0]["message"]["content"] == "ab"
    assert answer["model"] == "model"


@pytest.mark.parametrize(("dialect", "name"), [("parity", "get_it"), ("clean", "get it")])
def test_a_changed_name_is_restored_in_the_clean_dialect(whole, dialect, name):
    original = {"tools": [{"type": "function", "function": {"name": "get it"}}]}
    answer = whole(event(call("get_it")), original=original, dialect=dialect)
    assert answer["choices"][0]["message"]["tool_calls"][0]["function"]["name"] == name


def test_parts_that_are_no_objects_are_passed_over(streamed, whole):
    assert deltas(streamed(event("text", None, {"text": "a"})))[0]["content"] == "a"
    assert whole(event("text", None, {"text": "a"}))["choices"][0]["message"]["content"] == "a"
