import pytest

from native.accents.gemini_gemini import PAIR, SKIP


def said(*parts, role="user"):
    return {"role": role, "parts": list(parts)}


def contents(a_turn, *told, **turn):
    return PAIR.request({"contents": list(told)}, a_turn(**turn))["contents"]


def test_roles_that_google_does_not_know_take_turns(a_turn):
    told = contents(a_turn, {"parts": []}, said(role="tool"), said(role="user"), said(role="function"), "x")
    assert [content["role"] for content in told] == ["user", "model", "user", "model", "user"]


def test_contents_that_are_no_list_are_mended_all_the_same(a_turn):
    assert PAIR.request({"contents": "x"}, a_turn())["contents"] == [{"role": "user"}]
    assert PAIR.request({"contents": {"role": "user"}}, a_turn())["contents"] == {"role": "user", "0": {"role": "user"}}


def test_functions_are_declared_under_the_names_google_reads(a_turn):
    function = {"name": "f", "parameters": {"type": "object"}}
    body = {"contents": [], "tools": [{"functionDeclarations": [function]}, {"googleSearch": {}}]}
    assert PAIR.request(body, a_turn())["tools"] == [
        {"function_declarations": [{"name": "f", "parametersJsonSchema": {"type": "object"}}]},
        {"googleSearch": {}},
    ]


def test_a_response_schema_is_a_json_schema(a_turn):
    body = {"contents": [], "generationConfig": {"responseSchema": {"a": 1}, "topK": 1}}
    assert PAIR.request(body, a_turn())["generationConfig"] == {"topK": 1, "responseJsonSchema": {"a": 1}}


def test_without_contents_nothing_but_safety_is_added(a_turn):
    body = {"tools": [{"functionDeclarations": []}]}
    told = PAIR.request(body, a_turn())
    assert told["tools"] == body["tools"]
    assert len(told["safetySettings"]) == 5


@pytest.mark.parametrize("settings", [None, [], [{"category": "X"}]])
def test_what_a_client_says_of_safety_stands(a_turn, settings):
    assert PAIR.request({"safetySettings": settings}, a_turn())["safetySettings"] == settings


def test_the_legacy_replaces_signatures(a_turn):
    parts = [{"functionCall": {}}, {"text": "a", "thoughtSignature": "own"}, {"text": "b"}]
    (told,) = contents(a_turn, said(*parts, role="model"))
    assert [part.get("thoughtSignature") for part in told["parts"]] == [SKIP, SKIP, None]
    (user,) = contents(a_turn, said({"thoughtSignature": "own"}))
    assert user["parts"] == [{"thoughtSignature": "own"}]


def test_the_clean_dialect_keeps_signatures_and_adds_those_that_google_wants(a_turn):
    parts = [{"functionCall": {}}, {"functionCall": {}, "thoughtSignature": "own"}]
    (told,) = contents(a_turn, said(*parts, role="model"), dialect="clean")
    assert [part["thoughtSignature"] for part in told["parts"]] == [SKIP, "own"]


def test_nameless_responses_have_the_names_of_the_calls_before_them(a_turn):
    calls = said({"functionCall": {"name": "a"}}, {"functionCall": {"name": "b"}}, role="model")
    responses = said(
        {"functionResponse": {"name": " "}}, {"functionResponse": {"name": "own"}}, {"functionResponse": {}}
    )
    _, told, later = contents(a_turn, calls, responses, said({"functionResponse": {}}))
    assert [part["functionResponse"].get("name") for part in told["parts"]] == ["a", "own", None]
    assert later["parts"] == [{"functionResponse": {}}]


def test_a_stream_passes_as_it_is(a_turn):
    stream = PAIR.stream(a_turn())
    assert stream.feed(b'data:  {"a": 1} ') == [b'{"a": 1}']
    assert stream.feed(b'{"b": 2}') == [b'{"b": 2}']
    assert stream.feed(b"") == [b""]
    assert stream.feed(b"data: [DONE]") == stream.feed(b"[DONE]") == stream.finish() == []


def test_a_whole_answer_passes_as_it_is(a_turn):
    assert PAIR.whole(b"\x00 anything", a_turn()) == b"\x00 anything"
