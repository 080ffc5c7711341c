"""What the clients' protocols send and get, as JSON Schema, by the names that endpoints use.

Everything here is what the server itself reads or makes sure of; what it only passes on is left open, for providers add
to their protocols every week.
"""

from typing import Any

type Json = dict[str, Any]

TEXT: Json = {"type": "string"}
NUMBER: Json = {"type": "number"}
COUNT: Json = {"type": "integer"}
SWITCH: Json = {"type": "boolean"}
OBJECT: Json = {"type": "object"}


def _list(of: Json) -> Json:
    return {"type": "array", "items": of}


def _object(required: str = "", /, **properties: Json) -> Json:
    found: Json = {"type": "object", "properties": properties}
    return found | ({"required": required.split()} if required else {})


def _either(*schemas: Json) -> Json:
    return {"anyOf": list(schemas)}


CONTENT = _either(TEXT, _list(OBJECT))
MESSAGES = _list(_object(role=TEXT, content=CONTENT))
PARTS = _list(_object(role=TEXT, parts=_list(OBJECT)))
SAMPLING = {"temperature": NUMBER, "top_p": NUMBER, "stream": SWITCH}

SCHEMAS: dict[str, Json] = {
    # OpenAI's chat and text completions
    "ChatRequest": _object(
        "model messages",
        model=TEXT,
        messages=MESSAGES,
        tools=_list(OBJECT),
        tool_choice=_either(TEXT, OBJECT),
        max_tokens=COUNT,
        max_completion_tokens=COUNT,
        reasoning_effort=TEXT,
        response_format=OBJECT,
        stop=_either(TEXT, _list(TEXT)),
        **SAMPLING,
    ),
    "ChatCompletion": _object(choices=_list(OBJECT), usage=OBJECT),
    "CompletionRequest": _object("model", model=TEXT, prompt=_either(TEXT, _list({})), max_tokens=COUNT, **SAMPLING),
    "Completion": _object(choices=_list(OBJECT), usage=OBJECT),
    "Models": _object("data", data=_list(_object("id", id=TEXT))),
    # OpenAI's responses
    "ResponseRequest": _object(
        "model",
        model=TEXT,
        input=_either(TEXT, _list(OBJECT)),
        instructions=TEXT,
        tools=_list(OBJECT),
        reasoning=_object(effort=TEXT, summary=TEXT),
        max_output_tokens=COUNT,
        previous_response_id=TEXT,
        **SAMPLING,
    ),
    "Response": _object(output=_list(OBJECT), usage=OBJECT),
    # Claude's messages
    "MessageRequest": _object(
        "model messages",
        model=TEXT,
        messages=MESSAGES,
        system=CONTENT,
        max_tokens=COUNT,
        tools=_list(OBJECT),
        tool_choice=OBJECT,
        thinking=_object(type=TEXT, budget_tokens=COUNT),
        stop_sequences=_list(TEXT),
        **SAMPLING,
    ),
    "Message": _object(content=_list(OBJECT), usage=OBJECT),
    "TokenCount": _object(input_tokens=COUNT),
    # Gemini's
    "GenerateRequest": _object(
        contents=PARTS,
        systemInstruction=OBJECT,
        tools=_list(OBJECT),
        toolConfig=OBJECT,
        generationConfig=OBJECT,
        safetySettings=_list(OBJECT),
    ),
    "Generated": {},
    "GeminiModel": _object(name=TEXT, displayName=TEXT, supportedGenerationMethods=_list(TEXT)),
    "GeminiModels": _object("models", models=_list({"$ref": "#/components/schemas/GeminiModel"})),
    "EnvelopedRequest": _object(model=TEXT, project=TEXT, request={"$ref": "#/components/schemas/GenerateRequest"}),
    # the owner's
    "LogIn": _object("type", type=TEXT, email=TEXT, disabled=SWITCH, prefix=TEXT, proxy_url=TEXT, note=TEXT),
    "Yaml": TEXT,
    "Error": _object(error={}),
    "Document": _object("openapi info paths", openapi=TEXT, info=OBJECT, paths=OBJECT),
}
"""By name."""

MEDIA = {"Yaml": "application/yaml"}
"""Which of them are no JSON, and what they are."""
