from importlib import import_module

import orjson
import pytest

from native.accents.geminicli_envelope import closed, opened
from native.wire import twice

LONG = "mcp__server-with-a-very-long-name__and_a_tool_whose_name_goes_past_sixty_four_chars"
SHORT = "mcp__and_a_tool_whose_name_goes_past_sixty_four_chars"
TOOLS = {"model": "m", "request": {"tools": [{"functionDeclarations": [{"name": LONG}]}]}}
CALL = {"type": "response.output_item.done", "item": {"type": "function_call", "name": SHORT}}


def pair(upstream):
    return import_module(f"native.accents.geminicli_{upstream}").PAIR


def test_an_envelope_holds_a_request_for_a_model():
    body = {"model": "m", "project": "p", "request": {"contents": [], "systemInstruction": {"parts": []}}}
    assert opened(body) == {"contents": [], "model": "m", "system_instruction": {"parts": []}}


@pytest.mark.parametrize("body", [{}, {"request": None}, {"request": [1]}, {"request": "x"}])
def test_an_empty_envelope_is_an_empty_request(body):
    assert opened(body) == {"model": ""}


def test_what_an_envelope_says_twice_it_says_inside_too():
    body = twice.read(b'{"request":{"tools":[{"x":1,"x":2}]}}')
    assert twice.once(opened(body)) == {"model": "", "tools": [{"x": 1}]}


def test_an_answer_is_enveloped_as_it_is():
    assert closed(b"{not json") == b'{"response":{not json}'


@pytest.mark.parametrize("upstream", ["claude", "openai", "codex"])
def test_the_system_instruction_arrives(a_turn, upstream):
    body = {"request": {"systemInstruction": {"parts": [{"text": "Be kind."}]}}}
    assert b"Be kind." in orjson.dumps(pair(upstream).request(body, a_turn()))


def test_arguments_keep_the_clients_spelling_inside_the_envelope(a_turn):
    source = b'{"request":{"contents":[{"role":"model","parts":[{"functionCall":{"name":"f","args":{ "a":1 }}}]}]}}'
    told = pair("openai").request(orjson.loads(source), a_turn(source=source))
    assert told["messages"][0]["tool_calls"][0]["function"]["arguments"] == '{ "a":1 }'


def test_chunks_are_enveloped_one_by_one(a_turn):
    chunks = (
        pair("openai").stream(a_turn()).feed(b'data: {"choices":[{"delta":{"content":"a"}},{"delta":{"content":"b"}}]}')
    )
    assert [list(orjson.loads(chunk)) for chunk in chunks] == [["response"], ["response"]]


@pytest.mark.parametrize(("dialect", "name"), [("parity", SHORT), ("clean", LONG)])
def test_shortened_names_come_back_in_clean_alone(a_turn, dialect, name):
    turn = a_turn(original=TOOLS, dialect=dialect)
    stream = pair("codex").stream(turn)
    stream.feed(b"data: " + orjson.dumps(CALL))
    calls = orjson.loads(stream.feed(b'data: {"type":"response.completed"}')[0])
    assert calls["response"]["candidates"][0]["content"]["parts"][0]["functionCall"]["name"] == name
