import pytest

from native.accents.gemini_gemini import SKIP
from native.accents.geminicli_gemini import PAIR

CHUNK = b'{"candidates":[]}'


def test_less_is_mended_than_for_gemini_itself(a_turn):
    inner = {
        "contents": [{"role": "tool", "parts": []}],
        "tools": [{"functionDeclarations": [{"parameters": {}}]}],
        "generationConfig": {"responseSchema": {}},
    }
    told = PAIR.request({"model": "m", "request": inner}, a_turn())
    assert {key: told[key] for key in inner} == inner
    assert len(told["safetySettings"]) == 5


def test_snake_case_declarations_and_signatures_are_mended(a_turn):
    call = {"functionCall": {"name": "f"}}
    inner = {
        "contents": [{"role": "model", "parts": [call]}],
        "tools": [{"function_declarations": [{"parameters": 1}]}],
    }
    told = PAIR.request({"request": inner}, a_turn())
    assert told["contents"][0]["parts"][0]["thoughtSignature"] == SKIP
    assert told["tools"] == [{"function_declarations": [{"parametersJsonSchema": 1}]}]


@pytest.mark.parametrize("dialect", ["parity", "clean"])
def test_a_data_line_is_a_chunk(a_turn, dialect):
    stream = PAIR.stream(a_turn(dialect=dialect))
    assert stream.feed(b"data: " + CHUNK) == [b'{"response":' + CHUNK + b"}"]
    assert stream.feed(b"data: [DONE]") == []


def test_a_bare_payload_is_a_chunk_in_clean_alone(a_turn):
    assert PAIR.stream(a_turn()).feed(CHUNK) == []
    clean = PAIR.stream(a_turn(dialect="clean"))
    assert clean.feed(CHUNK) == [b'{"response":' + CHUNK + b"}"]
    assert clean.feed(b"") == clean.feed(b"[DONE]") == clean.finish() == []


def test_a_whole_answer_is_enveloped(a_turn):
    assert PAIR.whole(b"{}", a_turn()) == b'{"response":{}}'
