import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.failure import Failure
from native.wire.responses_tool_calls import MOST, Session
from native.wire.responses_websocket import (
    Conversation,
    Prewarm,
    Request,
    error_message,
    events,
    handshake_headers,
    session_name,
)

USER = {"type": "message", "role": "user", "content": "Weather?"}
MORE = {"type": "message", "role": "user", "content": "And tomorrow?"}
SAID = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Cold."}]}
CALL = {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"}
RESULT = {"type": "function_call_output", "call_id": "c1", "output": "3"}


def create(*items, **fields):
    return {"type": "response.create", "model": "m", "input": list(items), **fields}


def completed(*output):
    return {"type": "response.completed", "response": {"output": list(output)}}


def a_conversation(*turns, session=None):
    """One that has had these turns: pairs of a message and the output it was answered with."""
    conversation = Conversation(session)
    for message, output in turns:
        conversation.read(message, incremental=False)
        conversation.told(completed(*output))
    return conversation


def body(conversation, message, *, incremental=False):
    request = conversation.read(message, incremental=incremental)
    assert isinstance(request, Request)
    return request.body


def refusal(conversation, message):
    with pytest.raises(Failure) as raised:
        conversation.read(message, incremental=False)
    return raised.value.status, raised.value.message


class Fixed:
    def now(self):
        return 1760000000.9

    def uuid(self):
        return "u-1"


def test_the_first_message_is_a_streamed_request_of_its_own():
    assert body(Conversation(), create(USER, tools=[])) == {"model": "m", "input": [USER], "tools": [], "stream": True}


def test_a_first_message_without_input_asks_about_nothing():
    assert body(Conversation(), {"type": "response.create", "model": "m"})["input"] == []


def test_an_appended_turn_stands_behind_what_was_said_before():
    conversation = a_conversation((create(USER, instructions="Be terse."), [SAID]))
    asked = body(conversation, {"type": "response.append", "input": [MORE]})
    assert asked == {"model": "m", "input": [USER, SAID, MORE], "instructions": "Be terse.", "stream": True}


def test_a_transcript_that_has_the_models_own_items_replaces_the_old_one():
    conversation = a_conversation((create(USER), [SAID]))
    assert body(conversation, create(MORE, SAID))["input"] == [MORE, SAID]


def test_a_turn_that_names_the_last_answer_is_appended_even_with_the_models_own_items():
    conversation = a_conversation((create(USER), [CALL]))
    asked = body(conversation, create(CALL, RESULT, previous_response_id="r1"))
    assert asked["input"] == [USER, CALL, RESULT]
    assert "previous_response_id" not in asked


def test_an_upstream_that_remembers_gets_the_new_items_alone():
    conversation = a_conversation((create(USER, instructions="x"), [SAID]))
    asked = body(conversation, create(MORE, previous_response_id="r1"), incremental=True)
    assert asked["input"] == [MORE]
    assert asked["previous_response_id"] == "r1"
    assert asked["instructions"] == "x"


def test_the_last_answers_output_is_gone_once_the_next_turn_failed():
    conversation = a_conversation((create(USER), [SAID]))
    body(conversation, create(MORE))
    assert body(conversation, create(USER))["input"] == [USER, SAID, MORE, USER]


@pytest.mark.parametrize("generate", [False, None, "no", 0])
def test_a_first_message_that_wants_no_answer_is_answered_here(generate):
    conversation = Conversation()
    prewarm = conversation.read(create(USER, generate=generate), incremental=False)
    assert isinstance(prewarm, Prewarm)
    first, last = map(json.loads, prewarm.messages(Fixed(), Fixed()))
    assert first["type"] == "response.created"
    assert first["response"] | {"status": "completed"} == {k: v for k, v in last["response"].items() if k != "usage"}
    assert last["response"]["id"] == "resp_prewarm_u-1"
    assert last["response"]["created_at"] == 1760000000
    assert last["response"]["usage"] == {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}
    assert body(conversation, create(MORE)) == {"model": "m", "input": [USER, MORE], "stream": True}


def test_an_upstream_that_remembers_is_warmed_itself():
    asked = Conversation().read(create(USER, generate=False), incremental=True)
    assert isinstance(asked, Request)
    assert asked.body["generate"] is False


def test_what_is_no_request_is_refused_and_changes_nothing():
    conversation = Conversation()
    assert refusal(conversation, {}) == (400, "unsupported websocket request type: ")
    assert refusal(conversation, {"type": "nope"}) == (400, "unsupported websocket request type: nope")
    assert refusal(conversation, {"type": "response.create", "input": []}) == (
        400,
        "missing model in response.create request",
    )
    early = {"type": "response.append", "input": []}
    assert refusal(conversation, early) == (400, "websocket request received before response.create")
    conversation = a_conversation((create(USER), [SAID]))
    assert refusal(conversation, create() | {"input": "x"}) == (400, "websocket request requires array field: input")
    assert body(conversation, create(MORE))["input"] == [USER, SAID, MORE]


def test_nothing_can_be_appended_to_a_text():
    recorded = json.loads((Path(__file__).parent / "responses_websocket_legacy.json").read_text())
    conversation = Conversation()
    for frame, error in zip(recorded["frames"], recorded["errors"], strict=True):
        message = json.loads(frame)
        if error is None:
            body(conversation, message)
        else:
            status, said = refusal(conversation, message)
            assert json.loads(error_message(Failure(said, status))) == error


def test_a_text_goes_on_in_the_clean_dialect():
    conversation = Conversation(dialect="clean")
    body(conversation, create() | {"input": "Hello"})
    assert body(conversation, create(MORE))["input"] == [{"type": "message", "role": "user", "content": "Hello"}, MORE]


@pytest.mark.parametrize("end", ["response.incomplete", "response.failed"])
def test_an_answer_that_was_cut_is_an_answer_in_the_clean_dialect_only(end):
    event = {"type": end, "response": {"output": [SAID]}}
    assert not a_conversation((create(USER), [])).told(event)
    clean = Conversation(dialect="clean")
    body(clean, create(USER))
    assert clean.told(event)
    assert body(clean, create(MORE))["input"] == [USER, SAID, MORE]


def test_a_forgotten_result_is_put_behind_its_call():
    session = Session()
    conversation = a_conversation(
        (create(USER), [CALL]), (create(RESULT, previous_response_id="r"), []), session=session
    )
    assert body(conversation, create(USER, CALL, MORE))["input"] == [USER, CALL, RESULT, MORE]


def test_a_forgotten_call_is_put_before_its_result():
    session = Session()
    conversation = a_conversation((create(USER), [CALL]), session=session)
    assert body(conversation, create(SAID, RESULT))["input"] == [SAID, CALL, RESULT]


def test_orphans_that_nobody_remembers_are_left_out_where_the_client_named_its_session():
    lone = {"type": "function_call_output", "call_id": "c9", "output": "x"}
    open_call = CALL | {"call_id": "c8"}
    assert body(Conversation(Session()), create(USER, lone, open_call))["input"] == [USER]
    assert body(Conversation(), create(USER, lone, open_call))["input"] == [USER, lone, open_call]


def test_a_call_told_in_an_event_is_remembered_before_the_answer_is_complete():
    session = Session()
    conversation = Conversation(session)
    body(conversation, create(USER))
    assert not conversation.told({"type": "response.output_item.added", "item": CALL})
    assert session.calls == {"c1": CALL}


def test_the_model_of_a_message_is_its_own_or_the_last_ones():
    conversation = a_conversation((create(USER), []))
    assert conversation.model({"model": " x "}) == "x"
    assert conversation.model({}) == "m"
    assert conversation.model([]) == "m"


def test_a_session_is_named_by_the_first_header_that_names_it():
    metadata = '{"session_id": "s-2"}'
    assert session_name({"X-Client-Request-Id": " s-1 ", "Session_id": "s-3"}) == "s-1"
    assert session_name({"X-Codex-Turn-Metadata": metadata, "Session_id": "s-3"}) == "s-2"
    assert session_name({"X-Codex-Turn-Metadata": "{}", "Session_id": "s-3"}) == "s-3"
    assert session_name({}) == ""


def test_the_turn_state_is_repeated_in_the_handshake():
    assert handshake_headers({"x-codex-turn-state": " abc "}) == {"x-codex-turn-state": "abc"}
    assert handshake_headers({"x-codex-turn-state": " "}) == {}


def test_a_chunks_events_are_the_data_that_are_json():
    chunk = b'event: a\ndata: {"type":"a"}\n: note\ndata: [DONE]\ndata: {oops\n\n{"type":"b"}'
    assert list(events(chunk)) == [(b'{"type":"a"}', {"type": "a"}), (b'{"type":"b"}', {"type": "b"})]


def test_an_error_is_a_message_with_the_providers_own_words():
    failure = Failure('{"error": {"code": "x"}}', 429, headers=[("Retry-After", "1"), ("Retry-After", "2")])
    assert json.loads(error_message(failure)) == {
        "type": "error",
        "status": 429,
        "headers": {"Retry-After": "1"},
        "error": {"code": "x"},
    }


@pytest.mark.parametrize(
    ("said", "status", "error"),
    [
        ("no luck", 0, {"message": "no luck", "type": "server_error", "code": "internal_server_error"}),
        ("", 404, {"message": "Not Found", "type": "invalid_request_error", "code": "model_not_found"}),
        ('["odd"]', 502, ["odd"]),
    ],
)
def test_an_error_without_the_providers_shape_gets_openais(said, status, error):
    message = json.loads(error_message(Failure(said, status)))
    assert message == {"type": "error", "status": status or 500, "error": error}


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(["", "c1", "message", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "role", "call_id", "input", "output", "model", "item"]), inner)
    ),
    max_leaves=8,
)
items = st.sampled_from([USER, MORE, SAID, CALL, RESULT]) | values
messages = (
    st.builds(create, items, items, previous_response_id=st.sampled_from([None, "", "r1"]), generate=values)
    | st.fixed_dictionaries(
        {"type": st.sampled_from(["response.create", "response.append"])}, optional={"input": values}
    )
    | values
)


@given(st.lists(st.tuples(messages, values, st.booleans()), max_size=8))
def test_whatever_comes_is_a_request_or_refused(script):
    session = Session()
    conversation = Conversation(session)
    for message, event, incremental in script:
        with suppress(Failure):
            assert isinstance(conversation.read(message, incremental=incremental), (Request, Prewarm))
        conversation.told(event)
    assert len(session.calls) <= MOST


@given(st.binary())
def test_whatever_bytes_a_chunk_has_its_events_are_json(chunk):
    for data, event in events(chunk):
        assert json.loads(data) == event or event != event  # noqa: PLR0124 - a number that JSON does not have
