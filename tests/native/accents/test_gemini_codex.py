import pytest

from native.accents.gemini_codex import PAIR

LONG = "mcp__server-with-a-very-long-name__and_a_tool_whose_name_goes_past_sixty_four_chars"
SHORT = "mcp__and_a_tool_whose_name_goes_past_sixty_four_chars"


def said(*parts, role="user"):
    return {"role": role, "parts": list(parts)}


def items(a_turn, *contents, **turn):
    return PAIR.request({"contents": list(contents)}, a_turn(**turn))["input"]


def test_each_part_is_an_item(a_turn):
    told = items(a_turn, said({"text": "a"}, {"text": "b"}), said({"text": "c"}, role="model"))
    assert [(item["role"], item["content"][0]["type"]) for item in told] == [
        ("user", "input_text"),
        ("user", "input_text"),
        ("assistant", "output_text"),
    ]


def test_results_take_the_ids_of_the_calls_in_their_order(a_turn):
    calls = said(*[{"functionCall": {"name": name, "args": {}}} for name in "ab"], role="model")
    results = said(*[{"functionResponse": {"response": {"result": name}}} for name in "ba"])
    first, second, third, fourth = items(a_turn, calls, results)
    assert [third["call_id"], fourth["call_id"]] == [first["call_id"], second["call_id"]]
    assert [third["output"], fourth["output"]] == ["b", "a"]


def test_long_names_are_shortened_in_declarations_and_calls(a_turn):
    tools = [{"functionDeclarations": [{"name": LONG}, {"name": LONG + "x"}]}]
    contents = [said({"functionCall": {"name": LONG}}, {"functionCall": {"name": "other" * 20}}, role="model")]
    told = PAIR.request({"tools": tools, "contents": contents}, a_turn())
    assert [tool["name"] for tool in told["tools"]] == [SHORT, SHORT + "x"]
    assert [item["name"] for item in told["input"]] == [SHORT, ("other" * 20)[:64]]


def test_schemas_are_closed_and_lose_their_draft(a_turn):
    function = {"name": "f", "description": "d", "parameters": {"$schema": "x", "type": "OBJECT"}}
    (tool,) = PAIR.request({"tools": [{"functionDeclarations": [function]}]}, a_turn())["tools"]
    assert tool == {
        "type": "function",
        "name": "f",
        "description": "d",
        "parameters": {"type": "object", "additionalProperties": False},
        "strict": False,
    }


def test_what_codex_always_wants_is_there(a_turn):
    assert PAIR.request({}, a_turn(model="gpt-5")) == {
        "model": "gpt-5",
        "instructions": "",
        "input": [],
        "parallel_tool_calls": True,
        "reasoning": {"effort": "medium", "summary": "auto"},
        "stream": True,
        "store": False,
        "include": ["reasoning.encrypted_content"],
    }


def test_a_system_instruction_is_the_developers(a_turn):
    told = PAIR.request({"system_instruction": {"parts": [{"text": "x"}]}}, a_turn())["input"]
    assert told == [{"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "x"}]}]


@pytest.mark.parametrize(("dialect", "count"), [("parity", 0), ("clean", 1)])
def test_camel_case_instructions_and_images_are_read_in_clean_alone(a_turn, dialect, count):
    turn = a_turn(dialect=dialect)
    assert len(PAIR.request({"systemInstruction": {"parts": [{"text": "x"}]}}, turn)["input"]) == count
    image = {"inlineData": {"mimeType": "image/png", "data": "QUJD"}}
    assert len(PAIR.request({"contents": [said(image)]}, turn)["input"]) == count


@pytest.mark.parametrize(("dialect", "choice"), [("parity", "auto"), ("clean", "required")])
def test_the_choice_of_tools_is_passed_on_in_clean_alone(a_turn, dialect, choice):
    body = {"tools": [], "toolConfig": {"functionCallingConfig": {"mode": "ANY"}}}
    assert PAIR.request(body, a_turn(dialect=dialect))["tool_choice"] == choice
