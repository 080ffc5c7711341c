"""Claude clients over Codex: the answer, whole and streamed.

Everything that turns Codex's events into Claude's lives here. Laws: one block is open at a time, and its index moves
on where Codex says that it is done; a whole answer is read from the event that completes it.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

import orjson

from native.accents import claude_events as events
from native.accents.claude_names import call_id, declared_names, short_names
from native.turn import Accent, Json, Turn
from native.wire import lenient
from native.wire.loose import MISSING, get, integer, parse, raw, text

STOP_PASSED_ON: Final = Accent(
    "claude-codex-stop-passed-on",
    "A stop_reason that Codex gives is passed on as it is, though Claude has no reason called stop.",
    "edge/claude-quirk/codex-stop",
    faulty=True,
)
LEFT_OPEN: Final = Accent(
    "claude-codex-left-open",
    "A stream that Codex ends as incomplete or failed just stops: no message_delta, no message_stop, no error.",
    "edge/claude-quirk/codex-incomplete",
    faulty=True,
)
EMPTY_DELTA: Final = Accent(
    "claude-codex-empty-delta",
    "A tool call begins with an empty piece of input.",
    "core/claude-codex/stream-tools-calls",
)
ANSWER_ACCENTS: Final = (STOP_PASSED_ON, LEFT_OPEN, EMPTY_DELTA)


def whole(answer: bytes, turn: Turn) -> bytes:
    """The Claude message that the completing event makes; nothing where it is another event."""
    root = lenient.parse(answer)
    response = get(root, "response")
    if text(get(root, "type")) != "response.completed" or response is MISSING:
        return b""
    blocks = list(_blocks(get(response, "output"), turn))
    stopped_at = get(response, "stop_sequence")
    out: Json = {
        "id": text(get(response, "id")),
        "type": "message",
        "role": "assistant",
        "model": text(get(response, "model")),
        "content": blocks,
        "stop_reason": _whole_reason(response, blocks, turn),
        "stop_sequence": stopped_at if text(stopped_at) else None,
        "usage": _account(get(response, "usage")),
    }
    return orjson.dumps(out)


def _whole_reason(response: Any, blocks: list[Json], turn: Turn) -> str:
    given = text(get(response, "stop_reason"))
    if given and (given != "stop" or turn.faithful(STOP_PASSED_ON)):
        return given
    return "tool_use" if any(block["type"] == "tool_use" for block in blocks) else "end_turn"


def _account(told: Any) -> dict[str, int]:
    cached = integer(get(told, "input_tokens_details", "cached_tokens"))
    tokens_in = events.apart(integer(get(told, "input_tokens")), cached)
    return events.usage(tokens_in, integer(get(told, "output_tokens")), cached)


def _long_names(turn: Turn) -> dict[str, str]:
    """The client's own tool names by the short ones that Codex saw."""
    return {short: name for name, short in short_names(declared_names(turn.original)).items()}


def _blocks(output: Any, turn: Turn) -> Iterator[Json]:
    names: dict[str, str] | None = None
    for item in output if isinstance(output, list) else ():
        kind = text(get(item, "type"))
        if kind == "reasoning":
            if said := _joined(get(item, "summary")) or _joined(get(item, "content")):
                yield {"type": "thinking", "thinking": said}
        elif kind == "message":
            yield from _texts(get(item, "content"))
        elif kind == "function_call":
            names = _long_names(turn) if names is None else names
            name = text(get(item, "name"))
            yield {
                "type": "tool_use",
                "id": call_id(text(get(item, "call_id")), turn),
                "name": names.get(name, name),
                "input": _object(get(item, "arguments")),
            }


def _joined(parts: Any) -> str:
    """The texts of a reasoning's parts; a part without one stands for itself."""
    if not isinstance(parts, list):
        return text(parts)
    return "".join(text(part if get(part, "text") is MISSING else get(part, "text")) for part in parts)


def _texts(content: Any) -> Iterator[Json]:
    if isinstance(content, list):
        found = [text(get(part, "text")) for part in content if text(get(part, "type")) == "output_text"]
    else:
        found = [text(content)]
    yield from ({"type": "text", "text": said} for said in found if said)


def _object(arguments: Any) -> Json:
    found = parse(text(arguments))
    return found if isinstance(found, dict) else {}


class CodexStream:
    """Codex's stream as a Claude client gets it."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._parse = lenient.reader()
        self._names: dict[str, str] | None = None
        self._index = 0
        self._called = False
        self._spelled = False

    def feed(self, line: bytes) -> list[bytes]:
        """Take one line; an event that says nothing to Claude is an empty chunk."""
        if not line.startswith(b"data:"):
            return []
        event = self._parse(line[5:])
        say = _EVENTS.get(text(get(event, "type")))
        return [say(self, event) if say else b""]

    def finish(self) -> list[bytes]:
        """Nothing is owed: Codex's last event was Claude's."""
        return []

    def _begin(self, event: Any) -> bytes:
        return events.message_start(text(get(event, "response", "id")), text(get(event, "response", "model")))

    def _start_thinking(self, _event: Any) -> bytes:
        return events.thinking_start(self._index)

    def _think(self, event: Any) -> bytes:
        return events.thinking_delta(self._index, text(get(event, "delta")))

    def _start_text(self, _event: Any) -> bytes:
        return events.text_start(self._index)

    def _say(self, event: Any) -> bytes:
        return events.text_delta(self._index, text(get(event, "delta")))

    def _stop(self, _event: Any) -> bytes:
        self._index += 1
        return events.block_stop(self._index - 1)

    def _start_item(self, event: Any) -> bytes:
        item = get(event, "item")
        if text(get(item, "type")) != "function_call":
            return b""
        self._called = True
        self._spelled = False
        if self._names is None:
            self._names = _long_names(self._turn)
        name = text(get(item, "name"))
        call = call_id(text(get(item, "call_id")), self._turn)
        return events.tool_start(self._index, call, self._names.get(name, name)) + events.input_delta(self._index, "")

    def _spell(self, event: Any) -> bytes:
        self._spelled = True
        return events.input_delta(self._index, text(get(event, "delta")))

    def _spell_all(self, event: Any) -> bytes:
        """Some models send a call's arguments only at its end."""
        arguments = "" if self._spelled else text(get(event, "arguments"))
        return events.input_delta(self._index, arguments) if arguments else b""

    def _stop_item(self, event: Any) -> bytes:
        return self._stop(event) if text(get(event, "item", "type")) == "function_call" else b""

    def _end(self, event: Any) -> bytes:
        given = text(get(event, "response", "stop_reason"))
        passed = given == "max_tokens" or (given == "stop" and self._turn.faithful(STOP_PASSED_ON))
        reason = "tool_use" if self._called else given if passed else "end_turn"
        return events.message_delta(reason, _account(get(event, "response", "usage"))) + events.MESSAGE_STOP

    def _end_incomplete(self, event: Any) -> bytes:
        if self._turn.faithful(LEFT_OPEN):
            return b""
        filtered = text(get(event, "response", "incomplete_details", "reason")) == "content_filter"
        account = _account(get(event, "response", "usage"))
        return events.message_delta("refusal" if filtered else "max_tokens", account) + events.MESSAGE_STOP

    def _fail(self, event: Any) -> bytes:
        if self._turn.faithful(LEFT_OPEN):
            return b""
        error = get(event, "response", "error")
        message = text(get(event, "message") if error is MISSING else get(error, "message"))
        return events.error(message or raw(event))


_EVENTS: Final[dict[str, Callable[[CodexStream, Any], bytes]]] = {
    "response.created": CodexStream._begin,  # noqa: SLF001 the table is the class's own
    "response.reasoning_summary_part.added": CodexStream._start_thinking,  # noqa: SLF001
    "response.reasoning_summary_text.delta": CodexStream._think,  # noqa: SLF001
    "response.reasoning_summary_part.done": CodexStream._stop,  # noqa: SLF001
    "response.content_part.added": CodexStream._start_text,  # noqa: SLF001
    "response.output_text.delta": CodexStream._say,  # noqa: SLF001
    "response.content_part.done": CodexStream._stop,  # noqa: SLF001
    "response.output_item.added": CodexStream._start_item,  # noqa: SLF001
    "response.function_call_arguments.delta": CodexStream._spell,  # noqa: SLF001
    "response.function_call_arguments.done": CodexStream._spell_all,  # noqa: SLF001
    "response.output_item.done": CodexStream._stop_item,  # noqa: SLF001
    "response.completed": CodexStream._end,  # noqa: SLF001
    "response.incomplete": CodexStream._end_incomplete,  # noqa: SLF001
    "response.failed": CodexStream._fail,  # noqa: SLF001
    "error": CodexStream._fail,  # noqa: SLF001
}
