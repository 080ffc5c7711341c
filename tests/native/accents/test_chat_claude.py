"""What a chat request becomes for Claude; the legacy's own words are in test_chat_pairs."""

import pytest

from native.accents import chat_claude_quirks as quirks
from native.accents.chat_claude import PAIR


@pytest.fixture
def asked(a_turn):
    def ask(*messages, dialect="parity", model="claude-sonnet-4-5-20250929", source=b"", **body):
        turn = a_turn(model=model, source=source, dialect=dialect)
        return PAIR.request({"messages": list(messages), **body}, turn)

    return ask


USER = {"role": "user", "content": "hi"}


def call(identifier="c1", arguments="{}"):
    return {"id": identifier, "type": "function", "function": {"name": "read", "arguments": arguments}}


def result(content, identifier="c1"):
    return {"role": "tool", "tool_call_id": identifier, "content": content}


def test_claude_is_always_asked_for_a_stream(asked):
    assert asked(USER)["stream"] is True


def test_the_user_is_made_up_once_a_process(a_turn):
    turn, other = a_turn(), a_turn()
    first = PAIR.request({}, turn)["metadata"]
    assert PAIR.request({}, turn)["metadata"] == first
    other.memory = turn.memory
    assert PAIR.request({}, other)["metadata"] == first
    assert PAIR.request({}, a_turn())["metadata"] is not None


def test_a_tools_result_that_is_an_odd_object_goes_as_its_sender_spelled_it(asked):
    source = b'{"messages": [{"role": "tool", "content": {"type": "odd",  "v": 1.0}}]}'
    said = asked(result({"type": "odd", "v": 1.0}), source=source)["messages"][0]["content"][0]
    assert said["content"] == '{"type": "odd",  "v": 1.0}'


def test_a_call_without_an_id_gets_one(asked):
    said = asked({"role": "assistant", "tool_calls": [call(""), call("c2")]})["messages"][0]["content"]
    assert said[0]["id"].startswith("toolu_")
    assert len(said[0]["id"]) == len("toolu_") + 24
    assert said[1]["id"] == "c2"


@pytest.mark.parametrize("arguments", ["", "nonsense", "[1]", "3", None])
def test_arguments_that_are_no_object_are_an_empty_one(asked, arguments):
    said = asked({"role": "assistant", "tool_calls": [call(arguments=arguments)]})
    assert said["messages"][0]["content"][0]["input"] == {}


@pytest.mark.parametrize(
    ("effort", "thinking", "told"),
    [
        ("none", {"type": "disabled"}, None),
        ("auto", {"type": "adaptive"}, None),
        ("minimal", {"type": "adaptive"}, "low"),
        (" High ", {"type": "adaptive"}, "high"),
        ("max", {"type": "adaptive"}, "max"),
        ("unheard", {"type": "adaptive"}, "unheard"),
    ],
)
def test_a_model_that_knows_efforts_is_told_one(asked, effort, thinking, told):
    body = asked(USER, model="claude-opus-4-6", reasoning_effort=effort)
    assert body["thinking"] == thinking
    assert body.get("output_config", {}).get("effort") == told


def test_a_model_without_the_highest_effort_is_told_the_next(asked):
    body = asked(USER, model="claude-sonnet-4-6", reasoning_effort="max")
    assert body["output_config"] == {"effort": "high"}


@pytest.mark.parametrize(
    ("effort", "thinking"),
    [
        ("low", {"type": "enabled", "budget_tokens": 1024}),
        ("none", {"type": "disabled"}),
        ("auto", {"type": "enabled"}),
        ("unheard", None),
    ],
)
def test_an_older_model_is_told_a_budget(asked, effort, thinking):
    assert asked(USER, reasoning_effort=effort).get("thinking") == thinking


@pytest.mark.parametrize(
    ("quirk", "body", "parity", "clean"),
    [
        (quirks.COMPLETION_LIMIT_UNREAD, {"max_completion_tokens": 5}, {"max_tokens": 32000}, {"max_tokens": 5}),
        (quirks.NULL_STOP, {"stop": None}, {"stop_sequences": [""]}, {"stop_sequences": None}),
        (quirks.TOOLS_NOT_FORBIDDEN, {"tool_choice": "none"}, {"tool_choice": None}, {"tool_choice": {"type": "none"}}),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_the_clean_dialect_leaves_a_fault_out(asked, quirk, body, parity, clean):
    assert quirk.faulty
    for dialect, told in (("parity", parity), ("clean", clean)):
        said = asked(USER, dialect=dialect, **body)
        assert {key: said.get(key) for key in told} == told


def test_the_clean_dialect_hears_developers(asked):
    messages = ({"role": "developer", "content": "Be brief."}, USER)
    assert "system" not in asked(*messages)
    assert asked(*messages, dialect="clean")["system"] == [{"type": "text", "text": "Be brief."}]


def test_the_clean_dialect_keeps_results_of_one_message_together(asked):
    messages = (USER, {"role": "assistant", "tool_calls": [call("a"), call("b")]}, result("1", "a"), result("2", "b"))
    assert len(asked(*messages)["messages"]) == 4
    said = asked(*messages, dialect="clean")["messages"]
    assert [len(message["content"]) for message in said] == [1, 2, 2]


def test_a_temperature_stands_alone_and_top_p_without_one_is_told(asked):
    assert asked(USER, top_p="0.5")["top_p"] == 0.5
    assert "top_p" not in asked(USER, top_p=0.5, temperature=1)


@pytest.mark.parametrize("content", [None, 5, {}, ""])
def test_a_system_prompt_that_says_nothing_is_none(asked, content):
    assert "system" not in asked({"role": "system", "content": content}, USER)


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": {"url": ""}},
        {"type": "image_url", "image_url": {"url": "data:image/png"}},
        {"type": "file", "file": {"file_data": "JVBE"}},
        {"type": "input_audio"},
        None,
    ],
)
def test_parts_that_claude_cannot_take_are_left_out(asked, part):
    assert asked({"role": "user", "content": [part]})["messages"][0]["content"] == []


def test_a_result_that_was_never_said_is_an_empty_text(asked):
    assert asked({"role": "tool", "tool_call_id": "a"})["messages"][0]["content"][0]["content"] == ""
