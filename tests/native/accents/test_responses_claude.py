import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.accents.responses_claude import PAIR
from native.turn import Memory, Turn


class Fixed:
    def now(self):
        return 1760000000.5

    def uuid(self):
        return "u"

    def hexes(self, length):
        return "0" * length

    def letters(self, length):
        return "x" * length


def asked(body, *, model="claude-sonnet-4-5-20250929", dialect="parity", memory=None):
    turn = Turn(
        model,
        model,
        stream=True,
        original=body,
        sent={},
        clock=Fixed(),
        ids=Fixed(),
        memory=memory or Memory(),
        dialect=dialect,
    )
    return PAIR.request(body, turn)


def said(*items, **fields):
    return asked({"input": list(items)} | fields)["messages"]


def message(role, *parts):
    return {"type": "message", "role": role, "content": list(parts)}


def text(words, kind="input_text"):
    return {"type": kind, "text": words}


def test_each_item_is_a_message_of_its_own():
    call = {"type": "function_call", "call_id": "c1", "name": "f", "arguments": '{"a":1}'}
    result = {"type": "function_call_output", "call_id": "c1", "output": "3"}
    assert said(message("user", text("Hi")), call, result) == [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "c1", "name": "f", "input": {"a": 1}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "3"}]},
    ]


def test_the_last_texts_kind_says_who_spoke():
    assert said(message("user", text("a"), text("b", "output_text")))[0]["role"] == "assistant"


def test_instructions_are_said_by_the_user_first():
    assert said(message("user", text("Hi")), instructions="Be terse.") == [
        {"role": "user", "content": "Be terse."},
        {"role": "user", "content": "Hi"},
    ]


def test_without_instructions_the_first_system_message_stands_in_and_the_others_are_lost():
    system = {"role": "system", "content": [text("One"), text("Two")]}
    other = {"role": "system", "content": "Three"}
    assert said(message("user", text("Hi")), system, other) == [
        {"role": "user", "content": "One\nTwo"},
        {"role": "user", "content": "Hi"},
    ]


def test_images_and_files_keep_the_message_a_list():
    image = {"type": "input_image", "image_url": "data:image/png;base64,QUJD"}
    far = {"type": "input_image", "image_url": "https://a.test/b.png"}
    file = {"type": "input_file", "file_data": "data:application/pdf;base64,JVBE"}
    bare = {"type": "input_file", "file_data": "JVBE"}
    sources = [part["source"] for part in said(message("user", image, far, file, bare))[0]["content"]]
    assert sources == [
        {"type": "base64", "media_type": "image/png", "data": "QUJD"},
        {"type": "url", "url": "https://a.test/b.png"},
        {"type": "base64", "media_type": "application/pdf", "data": "JVBE"},
        {"type": "base64", "media_type": "application/octet-stream", "data": "JVBE"},
    ]


@pytest.mark.parametrize("arguments", ["", "[1]", "{oops", None, 5])
def test_arguments_that_are_no_object_are_none(arguments):
    call = {"type": "function_call", "name": "f", "arguments": arguments}
    use = said(call)[0]["content"][0]
    assert use["input"] == {}
    assert use["id"] == "toolu_" + "x" * 24


@pytest.mark.parametrize(
    ("model", "effort", "told"),
    [
        ("claude-sonnet-4-5-20250929", "high", {"thinking": {"type": "enabled", "budget_tokens": 24576}}),
        ("claude-sonnet-4-5-20250929", " None ", {"thinking": {"type": "disabled"}}),
        ("claude-sonnet-4-5-20250929", "auto", {"thinking": {"type": "enabled"}}),
        ("claude-sonnet-4-5-20250929", "odd", {}),
        ("claude-opus-4-6", "minimal", {"thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}}),
        ("claude-opus-4-6", "xhigh", {"thinking": {"type": "adaptive"}, "output_config": {"effort": "max"}}),
        ("claude-sonnet-4-6", "auto", {"thinking": {"type": "adaptive"}}),
    ],
)
def test_effort_is_told_in_the_models_own_spelling(model, effort, told):
    out = asked({"reasoning": {"effort": effort}}, model=model)
    assert {key: out[key] for key in ("thinking", "output_config") if key in out} == told


def test_the_user_is_the_same_for_the_life_of_the_process():
    memory = Memory()
    first = asked({}, memory=memory)["metadata"]["user_id"]
    assert asked({}, memory=memory)["metadata"]["user_id"] == first
    assert first.startswith("user_")
    assert first.endswith("_account_u_session_u")


def test_a_plain_text_is_lost_but_not_in_the_clean_dialect():
    assert said() == asked({"input": "Hello"})["messages"] == []
    assert asked({"input": "Hello"}, dialect="clean")["messages"] == [{"role": "user", "content": "Hello"}]


def test_a_forced_tool_has_no_name_but_in_the_clean_dialect():
    body = {"tool_choice": {"type": "function", "name": "f"}}
    assert asked(body)["tool_choice"] == {"type": "tool", "name": ""}
    assert asked(body, dialect="clean")["tool_choice"] == {"type": "tool", "name": "f"}


def test_built_in_tools_come_without_a_name_but_not_in_the_clean_dialect():
    body = {"tools": [{"type": "web_search"}, {"type": "function", "name": "f", "parameters": {"type": "object"}}]}
    own = {"name": "f", "description": "", "input_schema": {"type": "object"}}
    assert asked(body)["tools"] == [{"name": "", "description": "", "input_schema": {}}, own]
    assert asked(body, dialect="clean")["tools"] == [own]


def test_tools_are_declared_though_none_is_to_be_called_but_not_in_the_clean_dialect():
    body = {"tools": [{"name": "f"}], "tool_choice": "none"}
    assert "tools" in asked(body)
    assert "tools" not in asked(body, dialect="clean")
    assert "tool_choice" not in asked(body)


def test_the_clients_body_is_not_changed():
    body = {
        "input": [message("user", text("Hi"))],
        "tools": [{"name": "f", "parameters": {"a": 1}}],
        "reasoning": {"effort": "low"},
    }
    before = repr(body)
    asked(body)
    assert repr(body) == before


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "role", "content", "text", "call_id", "output", "effort", "name", "image_url", "file_data"]
            ),
            inner,
        )
    ),
    max_leaves=12,
)
bodies = st.dictionaries(
    st.sampled_from(["input", "instructions", "reasoning", "tools", "tool_choice", "max_output_tokens", "text"]), values
)


@given(bodies, st.sampled_from(["parity", "clean"]))
def test_any_body_becomes_a_request(body, dialect):
    out = asked(body, dialect=dialect)
    assert isinstance(out["messages"], list)
