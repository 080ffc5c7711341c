"""The official Python SDKs, each with a tool over two turns: `python sdks.py NAME BASE_URL MODEL`.

Runs on the SDKs alone; prints what the model says in the end, once whole and once streamed.
"""

import sys

WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
KEY = "sk-client-1"


def openai(base, model, *, stream):
    from openai import OpenAI

    client = OpenAI(base_url=base + "/v1", api_key=KEY, max_retries=0)
    tools = [{"type": "function", "function": {"name": "get_weather", "parameters": WEATHER}}]
    messages = [{"role": "user", "content": "Weather?"}]
    while True:
        if stream:
            with client.chat.completions.stream(model=model, messages=messages, tools=tools) as events:
                for _ in events:
                    pass
                said = events.get_final_completion().choices[0].message
        else:
            said = client.chat.completions.create(model=model, messages=messages, tools=tools).choices[0].message
        if not said.tool_calls:
            return said.content
        messages.append(
            {
                "role": "assistant",
                "content": said.content,
                "tool_calls": [
                    {
                        "id": c.id,
                        "type": "function",
                        "function": {"name": c.function.name, "arguments": c.function.arguments},
                    }
                    for c in said.tool_calls
                ],
            }
        )
        messages += [{"role": "tool", "tool_call_id": c.id, "content": "sunny"} for c in said.tool_calls]


def anthropic(base, model, *, stream):
    from anthropic import Anthropic

    client = Anthropic(base_url=base, api_key=KEY, max_retries=0)
    tools = [{"name": "get_weather", "input_schema": WEATHER}]
    messages = [{"role": "user", "content": "Weather?"}]
    while True:
        asked = {"model": model, "max_tokens": 256, "messages": messages, "tools": tools}
        if stream:
            with client.messages.stream(**asked) as events:
                said = events.get_final_message()
        else:
            said = client.messages.create(**asked)
        calls = [b for b in said.content if b.type == "tool_use"]
        if not calls:
            return "".join(b.text for b in said.content if b.type == "text")
        messages.append(
            {
                "role": "assistant",
                "content": [
                    b.model_dump(include={"type", "id", "name", "input", "text"}, exclude_none=True)
                    for b in said.content
                ],
            }
        )
        messages.append(
            {
                "role": "user",
                "content": [{"type": "tool_result", "tool_use_id": c.id, "content": "sunny"} for c in calls],
            }
        )


def genai(base, model, *, stream):
    from google import genai as google
    from google.genai import types

    client = google.Client(api_key=KEY, http_options=types.HttpOptions(base_url=base, api_version="v1beta"))
    tool = types.Tool(
        function_declarations=[types.FunctionDeclaration(name="get_weather", parameters_json_schema=WEATHER)]
    )
    config = types.GenerateContentConfig(
        tools=[tool], automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True)
    )
    contents = [types.Content(role="user", parts=[types.Part(text="Weather?")])]
    while True:
        asked = {"model": model, "contents": contents, "config": config}
        chunks = (
            list(client.models.generate_content_stream(**asked))
            if stream
            else [client.models.generate_content(**asked)]
        )
        said = [c.candidates[0].content for c in chunks if c.candidates]
        parts = [p for content in said for p in ((content and content.parts) or [])]
        calls = [p.function_call for p in parts if p.function_call]
        if not calls:
            return "".join(p.text or "" for p in parts)
        contents.append(types.Content(role="model", parts=parts))
        contents.append(
            types.Content(
                role="user",
                parts=[types.Part.from_function_response(name=c.name, response={"result": "sunny"}) for c in calls],
            )
        )


if __name__ == "__main__":
    name, base, model = sys.argv[1:4]
    for stream in (False, True):
        print(globals()[name](base, model, stream=stream))
