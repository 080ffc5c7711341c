"""The Responses protocol as a client reads it: stream events, output items, the request echoed in the answer.

Everything about the *form* of a Responses answer lives here; the pairs decide what to say and when. Laws: events are
numbered from 1 without a gap; a chunk is one event, `event:` and `data:` lines without the blank line behind it.
"""

import json
from typing import Any

import orjson

from native.turn import Json
from native.wire import loose


def dump(value: Any) -> bytes:
    """JSON as bytes, however deep it is nested."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def frame(kind: str, payload: Json) -> bytes:
    """One event as its two lines; whoever writes the stream adds the blank line."""
    return b"event: %b\ndata: %b" % (kind.encode(), dump(payload))


class Events:
    """Numbers the events of one answer and collects the chunks that one upstream line makes."""

    __slots__ = ("_chunks", "_number")

    def __init__(self) -> None:
        self._number = 0
        self._chunks: list[bytes] = []

    def add(self, kind: str, fields: Json) -> None:
        """Append an event of that kind with these fields behind its type and number."""
        self._number += 1
        self._chunks.append(frame(kind, {"type": kind, "sequence_number": self._number, **fields}))

    def take(self) -> list[bytes]:
        """What was collected since the last time."""
        chunks = self._chunks
        if chunks:
            self._chunks = []
        return chunks

    def opened(self, response_id: str, created_at: int) -> None:
        """The answer begins."""
        started = {"id": response_id, "object": "response", "created_at": created_at, "status": "in_progress"}
        self.add("response.created", {"response": {**started, "background": False, "error": None, "output": []}})
        self.add("response.in_progress", {"response": started})

    def item_added(self, index: int, item: Json) -> None:
        """An output item begins."""
        self.add("response.output_item.added", {"output_index": index, "item": item})

    def item_done(self, index: int, item: Json) -> None:
        """An output item is complete."""
        self.add("response.output_item.done", {"output_index": index, "item": item})

    def message_added(self, item_id: str, index: int) -> None:
        """A message begins, and its one text part with it."""
        item = {"id": item_id, "type": "message", "status": "in_progress", "content": [], "role": "assistant"}
        self.item_added(index, item)
        self.add("response.content_part.added", {**_text_at(item_id, index), "part": output_text("")})

    def text_delta(self, item_id: str, index: int, text: str) -> None:
        """A piece of a message's text."""
        self.add("response.output_text.delta", {**_text_at(item_id, index), "delta": text, "logprobs": []})

    def message_done(self, item_id: str, index: int, text: str, part: Json) -> None:
        """A message is complete; `part` is its content as the item repeats it."""
        self.add("response.output_text.done", {**_text_at(item_id, index), "text": text, "logprobs": []})
        self.add("response.content_part.done", {**_text_at(item_id, index), "part": output_text(text)})
        self.item_done(index, message(item_id, part))

    def reasoning_added(self, index: int, item: Json) -> None:
        """A reasoning item begins, and its one summary part with it."""
        self.item_added(index, item)
        self.add("response.reasoning_summary_part.added", {**_summary_at(item["id"], index), "part": summary_text("")})

    def reasoning_delta(self, item_id: str, index: int, text: str) -> None:
        """A piece of a reasoning summary."""
        self.add("response.reasoning_summary_text.delta", {**_summary_at(item_id, index), "delta": text})

    def summary_done(self, item_id: str, index: int, text: str) -> None:
        """A reasoning summary is complete; the item's own end is the pair's to say."""
        self.add("response.reasoning_summary_text.done", {**_summary_at(item_id, index), "text": text})
        self.add("response.reasoning_summary_part.done", {**_summary_at(item_id, index), "part": summary_text(text)})

    def call_added(self, call_id: str, index: int, name: str) -> None:
        """A function call begins."""
        self.item_added(index, function_call(call_id, name, "", status="in_progress"))

    def arguments_delta(self, call_id: str, index: int, piece: str) -> None:
        """A piece of a function call's arguments."""
        fields = {"item_id": f"fc_{call_id}", "output_index": index, "delta": piece}
        self.add("response.function_call_arguments.delta", fields)

    def call_done(self, call_id: str, index: int, name: str, arguments: str) -> None:
        """A function call is complete."""
        fields = {"item_id": f"fc_{call_id}", "output_index": index, "arguments": arguments}
        self.add("response.function_call_arguments.done", fields)
        self.item_done(index, function_call(call_id, name, arguments))

    def completed(self, response: Json) -> None:
        """The answer is complete, or as complete as it gets."""
        self.add(f"response.{response['status']}", {"response": response})


def _text_at(item_id: str, index: int) -> Json:
    return {"item_id": item_id, "output_index": index, "content_index": 0}


def _summary_at(item_id: str, index: int) -> Json:
    return {"item_id": item_id, "output_index": index, "summary_index": 0}


def output_text(text: str) -> Json:
    """A message's text part."""
    return {"type": "output_text", "annotations": [], "logprobs": [], "text": text}


def summary_text(text: str) -> Json:
    """A reasoning item's summary part."""
    return {"type": "summary_text", "text": text}


def message(item_id: str, part: Json) -> Json:
    """A complete message item."""
    return {"id": item_id, "type": "message", "status": "completed", "content": [part], "role": "assistant"}


def reasoning(item_id: str, text: str) -> Json:
    """A complete reasoning item without encrypted content."""
    return {"id": item_id, "type": "reasoning", "summary": [summary_text(text)]}


def function_call(call_id: str, name: str, arguments: str, *, status: str = "completed") -> Json:
    """A function call item."""
    return {
        "id": f"fc_{call_id}",
        "type": "function_call",
        "status": status,
        "arguments": arguments,
        "call_id": call_id,
        "name": name,
    }


def completed_response(response_id: str, created_at: int) -> Json:
    """The head of a complete answer; echo, output and usage come behind it."""
    return {
        "id": response_id,
        "object": "response",
        "created_at": created_at,
        "status": "completed",
        "background": False,
        "error": None,
    }


def _as_is(value: Any) -> Any:
    return value


# What an answer repeats of the request, and what each is coerced to.
_ECHOED = (
    ("instructions", loose.text),
    ("max_output_tokens", loose.integer),
    ("max_tool_calls", loose.integer),
    ("model", loose.text),
    ("parallel_tool_calls", loose.boolean),
    ("previous_response_id", loose.text),
    ("prompt_cache_key", loose.text),
    ("reasoning", _as_is),
    ("safety_identifier", loose.text),
    ("service_tier", loose.text),
    ("store", loose.boolean),
    ("temperature", loose.number),
    ("text", _as_is),
    ("tool_choice", _as_is),
    ("tools", _as_is),
    ("top_logprobs", loose.integer),
    ("top_p", loose.number),
    ("truncation", loose.text),
    ("user", _as_is),
    ("metadata", _as_is),
)


def echo(request: Json) -> Json:
    """The fields of a request that its answer repeats, present where they were."""
    return {key: read(request[key]) for key, read in _ECHOED if key in request}
