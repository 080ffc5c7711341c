"""Chat messages as Gemini's contents."""

import json

import orjson
import pytest

from native.accents.chat_gemini_messages import (
    SKIP_SIGNATURE,
    Conversation,
    Manner,
    object_arguments,
    plain_result,
)

USER = {"role": "user", "content": "hi"}
PNG = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0K"}}


def said(*messages, manner=None, source=None):
    source = json.dumps({"messages": messages}).encode() if source is None else source
    return Conversation(list(messages), source, *([manner] if manner else []))


def text(content):
    return {"type": "text", "text": content}


def calls(*identifiers, name="f", arguments="{}", content=None):
    made = [
        {"id": identifier, "type": "function", "function": {"name": name, "arguments": arguments}}
        for identifier in identifiers
    ]
    return {"role": "assistant", "content": content, "tool_calls": made}


def result(identifier, content):
    return {"role": "tool", "tool_call_id": identifier, "content": content}


def test_system_and_developer_prompts_leave_the_conversation():
    conversation = said(
        {"role": "system", "content": "a"}, USER, {"role": "developer", "content": [text("b"), text("c")]}
    )
    assert conversation.system == [{"text": "a"}, {"text": "b"}, {"text": "c"}]
    assert conversation.contents == [{"role": "user", "parts": [{"text": "hi"}]}]


def test_a_system_prompt_that_stands_alone_is_the_users():
    conversation = said({"role": "system", "content": "a"})
    assert conversation.system is None
    assert conversation.contents == [{"role": "user", "parts": [{"text": "a"}]}]


def test_results_stand_behind_their_calls_wherever_the_client_put_them():
    conversation = said(calls("a", "b", name="a b"), USER, result("b", "2"), result("a", "1"))
    roles = [content["role"] for content in conversation.contents]
    assert roles == ["model", "user", "user"]
    answers = [part["functionResponse"] for part in conversation.contents[1]["parts"]]
    assert answers == [{"name": "a_b", "response": {"result": '"1"'}}, {"name": "a_b", "response": {"result": '"2"'}}]


def test_a_call_without_a_result_has_an_empty_one():
    assert said(calls("a")).contents[1]["parts"][0]["functionResponse"]["response"] == {"result": "{}"}


def test_a_call_is_signed_so_that_gemini_asks_for_no_signature():
    assert said(calls("a", arguments='{"x":1}')).contents[0]["parts"] == [
        {"functionCall": {"name": "f", "args": {"x": 1}}, "thoughtSignature": SKIP_SIGNATURE}
    ]


def test_a_result_goes_as_its_sender_spelled_it():
    source = b'{"messages": [{}, {"content": [ {"a":\t1.50} ]}]}'
    conversation = said(calls("a"), result("a", [{"a": 1.5}]), source=source)
    assert conversation.contents[1]["parts"][0]["functionResponse"]["response"] == {"result": '[ {"a":\t1.50} ]'}


def test_arguments_that_are_no_json_break_the_body_as_the_legacys_is_broken():
    body = orjson.dumps(said(calls("a", arguments="")).contents[0])
    assert b'"args":}' in body


@pytest.mark.parametrize(
    ("empty", "parts"),
    [
        ("hole", [None, {"text": "a"}]),
        ("part", [{"text": ""}, {"text": "a"}, {"text": ""}]),
        ("nothing", [{"text": "a"}]),
    ],
)
def test_an_empty_text_becomes_what_the_manner_says(empty, parts):
    message = {"role": "user", "content": [text(""), text("a"), text("")]}
    assert said(message, manner=Manner(empty_text=empty)).contents[0]["parts"] == parts


@pytest.mark.parametrize(
    ("part", "inline"),
    [
        (PNG, {"mime_type": "image/png", "data": "iVBORw0K"}),
        (
            {"type": "file", "file": {"filename": "a.b.pdf", "file_data": "JVBE"}},
            {"mime_type": "application/pdf", "data": "JVBE"},
        ),
    ],
)
def test_files_go_inline(part, inline):
    assert said({"role": "user", "content": [part]}).contents[0]["parts"][0]["inlineData"] == inline


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": {"url": "https://a.test/i.png"}},
        {"type": "file", "file": {"filename": "noextension", "file_data": "JVBE"}},
        {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
        None,
        "text",
    ],
)
def test_what_gemini_cannot_take_is_left_out(part):
    assert said({"role": "user", "content": [part]}).contents[0]["parts"] == []


def test_a_manner_can_ask_for_ids_and_other_keys():
    manner = Manner(mime="mimeType", call_ids=True, arguments=object_arguments, result=plain_result, silent=False)
    picture = {"role": "user", "content": [PNG]}
    conversation = said(picture, calls("a", arguments="[1]", content=""), result("a", "ok"), manner=manner)
    assert conversation.contents[0]["parts"][0]["inlineData"]["mimeType"] == "image/png"
    assert conversation.contents[1]["parts"][0]["functionCall"] == {"id": "a", "name": "f", "args": {}}
    answer = {"id": "a", "name": "f", "response": {"result": "ok"}}
    assert conversation.contents[2]["parts"] == [{"functionResponse": answer}]


@pytest.mark.parametrize("messages", [None, {}, "x", [], [None], [{"role": "critic"}]])
def test_no_messages_make_no_contents(messages):
    assert Conversation(messages, b"").contents == []


@pytest.mark.parametrize("content", [None, 5, [], {"type": "image_url"}])
def test_a_system_prompt_without_a_text_is_none(content):
    assert said({"role": "system", "content": content}, USER).system is None
