"""A scripted provider: in each of four protocols it first calls one of the client's own tools, then says the answer.

Law: what it decides, it decides from the request alone: no tool result yet -> call a tool; a result there -> answer.
So any client that runs its loop to the end prints ANSWER, and one that loses a call or a result never gets there.
"""

import asyncio
import json

from aiohttp import web

ANSWER = "The answer is forty-two."
HARMLESS = ("Read", "read_file", "ReadFile", "update_plan", "exec_command", "shell", "list_directory", "get_weather")
"""Tools that are called, the first that the client offers; each has arguments that do no harm."""


def arguments(name, folder):
    """Arguments for a tool."""
    file = f"{folder}/note.txt"
    return {
        "Read": {"file_path": file},
        "read_file": {"file_path": file},
        "ReadFile": {"file_path": file},
        "update_plan": {"plan": [{"step": "look", "status": "completed"}]},
        "exec_command": {"cmd": "true"},
        "shell": {"command": ["true"]},
        "list_directory": {"dir_path": folder},
        "get_weather": {"city": "Paris"},
    }[name]


def sse(events, *, named=False):
    """Server-sent events."""
    head = (lambda e: f"event: {e['type']}\n") if named else (lambda _e: "")
    return [(head(e) + "data: " + json.dumps(e) + "\n\n").encode() for e in events]


class Scripted:
    """The provider.

    Attributes:
        seen: (protocol, body) of each request.
        folder: Where the client works; a note lies there.
    """

    def __init__(self, folder):
        self.folder = str(folder)
        self.seen = []

    def application(self):
        app = web.Application(client_max_size=1 << 28)
        app.router.add_post("/v1/chat/completions", self.chat)
        app.router.add_post("/v1/messages", self.claude)
        app.router.add_post("/v1/messages/count_tokens", self.count)
        app.router.add_post("/v1/responses", self.codex)
        app.router.add_post("/v1beta/models/{model_and_action:.*}", self.gemini)
        return app

    def choose(self, names):
        return next((n for n in HARMLESS if n in names), None)

    async def stream(self, request, pieces, done=b""):
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for piece in [*pieces, done]:
            if piece:
                await response.write(piece)
                await asyncio.sleep(0.002)
        await response.write_eof()
        return response

    # ---- OpenAI chat -------------------------------------------------------------------------------------------------

    async def chat(self, request):
        body = await request.json()
        self.seen.append(("openai", body))
        tool = self.choose([t["function"]["name"] for t in body.get("tools") or [] if "function" in t])
        answered = any(m.get("role") == "tool" for m in body["messages"])
        head = {"id": "chatcmpl-1", "created": 1760000000, "model": body["model"]}
        usage = {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14}
        if tool and not answered:
            function = {"name": tool, "arguments": json.dumps(arguments(tool, self.folder))}
            said = {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": function}],
            }
            end = "tool_calls"
        else:
            said, end = {"role": "assistant", "content": ANSWER}, "stop"
        if not body.get("stream"):
            choice = {"index": 0, "message": said, "finish_reason": end}
            return web.json_response({**head, "object": "chat.completion", "choices": [choice], "usage": usage})
        chunk = lambda delta, why=None: {
            **head,
            "object": "chat.completion.chunk",
            "choices": [{"index": 0, "delta": delta, "finish_reason": why}],
        }
        pieces = sse(
            [chunk(said), chunk({}, end), {**head, "object": "chat.completion.chunk", "choices": [], "usage": usage}]
        )
        return await self.stream(request, pieces, b"data: [DONE]\n\n")

    # ---- Claude ------------------------------------------------------------------------------------------------------

    async def count(self, _request):
        return web.json_response({"input_tokens": 9})

    async def claude(self, request):
        body = await request.json()
        self.seen.append(("claude", body))
        tool = self.choose([t.get("name") for t in body.get("tools") or []])
        answered = any(
            isinstance(m.get("content"), list) and any(p.get("type") == "tool_result" for p in m["content"])
            for m in body["messages"]
        )
        if tool and not answered:
            block, end = (
                {"type": "tool_use", "id": "toolu_1", "name": tool, "input": arguments(tool, self.folder)},
                "tool_use",
            )
        else:
            block, end = {"type": "text", "text": ANSWER}, "end_turn"
        message = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": body["model"],
            "content": [block],
            "stop_reason": end,
            "stop_sequence": None,
            "usage": {"input_tokens": 9, "output_tokens": 5},
        }
        if not body.get("stream"):
            return web.json_response(message)
        if end == "tool_use":
            start, delta = (
                {**block, "input": {}},
                {"type": "input_json_delta", "partial_json": json.dumps(block["input"])},
            )
        else:
            start, delta = {"type": "text", "text": ""}, {"type": "text_delta", "text": ANSWER}
        events = [
            {"type": "message_start", "message": {**message, "content": [], "stop_reason": None}},
            {"type": "content_block_start", "index": 0, "content_block": start},
            {"type": "content_block_delta", "index": 0, "delta": delta},
            {"type": "content_block_stop", "index": 0},
            {
                "type": "message_delta",
                "delta": {"stop_reason": end, "stop_sequence": None},
                "usage": {"output_tokens": 5},
            },
            {"type": "message_stop"},
        ]
        return await self.stream(request, sse(events, named=True))

    # ---- Responses ---------------------------------------------------------------------------------------------------

    async def codex(self, request):
        body = await request.json()
        self.seen.append(("codex", body))
        tool = self.choose([t.get("name") for t in body.get("tools") or []])
        answered = any(i.get("type") == "function_call_output" for i in body["input"])
        if tool and not answered:
            text = json.dumps(arguments(tool, self.folder))
            item = {
                "id": "fc_1",
                "type": "function_call",
                "status": "completed",
                "call_id": "call_1",
                "name": tool,
                "arguments": text,
            }
            middle = [
                {
                    "type": "response.output_item.added",
                    "output_index": 0,
                    "item": {**item, "status": "in_progress", "arguments": ""},
                },
                {"type": "response.function_call_arguments.delta", "item_id": "fc_1", "output_index": 0, "delta": text},
                {
                    "type": "response.function_call_arguments.done",
                    "item_id": "fc_1",
                    "output_index": 0,
                    "arguments": text,
                },
            ]
        else:
            part = {"type": "output_text", "text": ANSWER, "annotations": []}
            item = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [part]}
            place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
            middle = [
                {
                    "type": "response.output_item.added",
                    "output_index": 0,
                    "item": {**item, "status": "in_progress", "content": []},
                },
                {"type": "response.content_part.added", **place, "part": {**part, "text": ""}},
                {"type": "response.output_text.delta", **place, "delta": ANSWER},
                {"type": "response.output_text.done", **place, "text": ANSWER},
                {"type": "response.content_part.done", **place, "part": part},
            ]
        answer = {
            "id": "resp_1",
            "object": "response",
            "created_at": 1760000000,
            "model": body["model"],
            "status": "in_progress",
            "output": [],
        }
        done = {
            **answer,
            "status": "completed",
            "output": [item],
            "usage": {
                "input_tokens": 9,
                "input_tokens_details": {"cached_tokens": 0},
                "output_tokens": 5,
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": 14,
            },
        }
        events = [
            {"type": "response.created", "response": answer},
            *middle,
            {"type": "response.output_item.done", "output_index": 0, "item": item},
            {"type": "response.completed", "response": done},
        ]
        return await self.stream(request, sse([{**e, "sequence_number": n} for n, e in enumerate(events)], named=True))

    # ---- Gemini ------------------------------------------------------------------------------------------------------

    async def gemini(self, request):
        model, _, action = request.match_info["model_and_action"].partition(":")
        body = await request.json()
        if action == "countTokens":
            return web.json_response({"totalTokens": 9})
        self.seen.append(("gemini", body))
        declared = [
            d.get("name")
            for t in body.get("tools") or []
            for d in t.get("functionDeclarations") or t.get("function_declarations") or []
        ]
        tool = self.choose(declared)
        answered = any("functionResponse" in p for c in body["contents"] for p in c.get("parts") or [])
        if tool and not answered:
            part = {"functionCall": {"name": tool, "args": arguments(tool, self.folder)}}
        else:
            part = {"text": ANSWER}
        answer = {
            "candidates": [{"content": {"role": "model", "parts": [part]}, "finishReason": "STOP", "index": 0}],
            "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 5, "totalTokenCount": 14},
            "modelVersion": model,
            "responseId": "r-1",
        }
        if action.startswith("stream"):
            return await self.stream(request, sse([answer]))
        return web.json_response(answer)


def configuration(port, upstream, auth_dir):
    """A configuration with all four upstreams led to the scripted provider, their models under plain aliases."""
    base = f"http://127.0.0.1:{upstream}"
    alias = lambda name, alias: [{"name": name, "alias": alias}]
    return {
        "host": "127.0.0.1",
        "port": port,
        "auth-dir": str(auth_dir),
        "api-keys": ["sk-client-1"],
        "request-retry": 0,
        "remote-management": {"disable-control-panel": True, "disable-auto-update-panel": True},
        "claude-api-key": [
            {"api-key": "sk-ant-1", "base-url": base, "models": alias("claude-sonnet-4-5-20250929", "over-claude")}
        ],
        "gemini-api-key": [{"api-key": "AIza-1", "base-url": base, "models": alias("gemini-2.5-flash", "over-gemini")}],
        "codex-api-key": [
            {"api-key": "sk-codex-1", "base-url": base + "/v1", "models": alias("gpt-5.2", "over-codex")}
        ],
        "openai-compatibility": [
            {
                "name": "lab",
                "base-url": base + "/v1",
                "api-key-entries": [{"api-key": "sk-1"}],
                "models": alias("lab-large", "over-compat"),
            }
        ],
    }
