"""Requests and answers of the benchmark: small ones, and an agent's 237 KB with 40 tools and many turns."""

import orjson

WORDS = "the quick brown fox jumps over the lazy dog while reading a rather long source file about proxies "
TARGET = 237_000  # bytes of a big request


def _schema(n):
    return {
        "type": "object",
        "properties": {f"field_{i}": {"type": "string", "description": WORDS[: 40 + (n * i) % 50]} for i in range(6)},
        "required": ["field_0"],
    }


def _turns():
    """(question, call id, arguments, result, answer), as many as make a big conversation."""
    out, size = [], 40 * 1000
    while size < TARGET:
        n = len(out)
        turn = (WORDS * 3, f"call_{n:04d}", {"field_0": f"/src/file_{n}.py"}, WORDS * 18, WORDS * 4)
        out.append(turn)
        size += 2900
    return out


def chat(*, big=False, stream=False, model="lab-large"):
    """A chat completions request."""
    messages = [{"role": "system", "content": WORDS}]
    body = {"model": model, "messages": messages, "stream": stream}
    if big:
        for ask, call, arguments, result, answer in _turns():
            function = {"name": "tool_0", "arguments": orjson.dumps(arguments).decode()}
            messages += [
                {"role": "user", "content": ask},
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [{"id": call, "type": "function", "function": function}],
                },
                {"role": "tool", "tool_call_id": call, "content": result},
                {"role": "assistant", "content": answer},
            ]
        body["tools"] = [
            {"type": "function", "function": {"name": f"tool_{n}", "description": WORDS * 4, "parameters": _schema(n)}}
            for n in range(40)
        ]
    messages.append({"role": "user", "content": "And now?"})
    return orjson.dumps(body)


def claude(*, big=False, stream=False, model="claude-sonnet-4-5-20250929"):
    """A Claude messages request."""
    messages = []
    body = {"model": model, "max_tokens": 1024, "system": WORDS, "messages": messages, "stream": stream}
    if big:
        for ask, call, arguments, result, answer in _turns():
            messages += [
                {"role": "user", "content": ask},
                {
                    "role": "assistant",
                    "content": [{"type": "tool_use", "id": call, "name": "tool_0", "input": arguments}],
                },
                {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call, "content": result}]},
                {"role": "assistant", "content": [{"type": "text", "text": answer}]},
            ]
        body["tools"] = [{"name": f"tool_{n}", "description": WORDS * 4, "input_schema": _schema(n)} for n in range(40)]
    messages.append({"role": "user", "content": "And now?"})
    return orjson.dumps(body)


def responses(*, big=False, stream=False, model="gpt-5.2"):
    """A Responses request."""
    items = []
    body = {"model": model, "instructions": WORDS, "input": items, "stream": stream}
    if big:
        for ask, call, arguments, result, answer in _turns():
            items += [
                {"type": "message", "role": "user", "content": [{"type": "input_text", "text": ask}]},
                {
                    "type": "function_call",
                    "call_id": call,
                    "name": "tool_0",
                    "arguments": orjson.dumps(arguments).decode(),
                },
                {"type": "function_call_output", "call_id": call, "output": result},
                {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": answer}]},
            ]
        body["tools"] = [
            {"type": "function", "name": f"tool_{n}", "description": WORDS * 4, "parameters": _schema(n)}
            for n in range(40)
        ]
    items.append({"type": "message", "role": "user", "content": [{"type": "input_text", "text": "And now?"}]})
    return orjson.dumps(body)


# ---- what the upstream says ------------------------------------------------------------------------------------------

PIECES = 50


def _sse(events, *, named=False):
    return [
        (f"event: {e['type']}\n".encode() if named else b"") + b"data: " + orjson.dumps(e) + b"\n\n" for e in events
    ]


def chat_stream():
    """Fifty chunks of a chat completion."""
    head = {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "lab-large"}
    say = lambda delta, end=None: {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": end}]}
    events = [say({"role": "assistant", "content": ""}), *(say({"content": f"word {n} "}) for n in range(PIECES))]
    events.append({**say({}, "stop"), "usage": {"prompt_tokens": 9, "completion_tokens": 50, "total_tokens": 59}})
    return [*_sse(events), b"data: [DONE]\n\n"]


def chat_whole():
    """A whole chat completion."""
    message = {"role": "assistant", "content": WORDS}
    usage = {"prompt_tokens": 9, "completion_tokens": 50, "total_tokens": 59}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return orjson.dumps(
        {"id": "c-1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}
    )


def claude_stream():
    """Fifty deltas of a Claude message."""
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "content": [],
        "model": "m",
        "stop_reason": None,
        "usage": {"input_tokens": 9, "output_tokens": 1},
    }
    delta = lambda n: {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": f"word {n} "}}
    events = [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *(delta(n) for n in range(PIECES)),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 50}},
        {"type": "message_stop"},
    ]
    return _sse(events, named=True)


def gemini_stream():
    """Fifty chunks of a Gemini answer."""
    usage = {"promptTokenCount": 9, "candidatesTokenCount": 50, "totalTokenCount": 59}
    say = lambda n: {
        "candidates": [{"content": {"role": "model", "parts": [{"text": f"word {n} "}]}, "index": 0}],
        "usageMetadata": usage,
        "modelVersion": "m",
        "responseId": "r-1",
    }
    events = [say(n) for n in range(PIECES)]
    events[-1]["candidates"][0]["finishReason"] = "STOP"
    return _sse(events)


def codex_stream():
    """Fifty deltas of a Responses answer."""
    answer = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "status": "in_progress",
        "output": [],
    }
    item = {"id": "msg_1", "type": "message", "role": "assistant", "status": "in_progress", "content": []}
    said = {"type": "output_text", "text": WORDS, "annotations": []}
    delta = lambda n: {
        "type": "response.output_text.delta",
        "item_id": "msg_1",
        "output_index": 0,
        "content_index": 0,
        "delta": f"word {n} ",
    }
    done = {
        **answer,
        "status": "completed",
        "output": [{**item, "status": "completed", "content": [said]}],
        "usage": {"input_tokens": 9, "output_tokens": 50, "total_tokens": 59},
    }
    events = [
        {"type": "response.created", "response": answer},
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {
            "type": "response.content_part.added",
            "item_id": "msg_1",
            "output_index": 0,
            "content_index": 0,
            "part": {**said, "text": ""},
        },
        *(delta(n) for n in range(PIECES)),
        {"type": "response.output_text.done", "item_id": "msg_1", "output_index": 0, "content_index": 0, "text": WORDS},
        {"type": "response.output_item.done", "output_index": 0, "item": done["output"][0]},
        {"type": "response.completed", "response": done},
    ]
    return _sse([{**e, "sequence_number": n} for n, e in enumerate(events)], named=True)
