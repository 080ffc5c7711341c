"""Claude clients over OpenAI chat completions: the streamed answer.

Everything that turns a completion's chunks into Claude's events lives here. Laws: a block is closed before another
kind begins, and its index is never used again; a call's input goes out in one piece once the calls are complete,
since only then can its quotes be repaired.
"""

from operator import itemgetter
from typing import Any, Final

from native.accents import claude_events as events
from native.accents.claude_names import Declared, call_id
from native.accents.claude_openai_answer import account, stop_reason, thoughts
from native.turn import Accent, Json, Turn
from native.wire.lenient import reader
from native.wire.loose import MISSING, get, integer, text
from native.wire.single_quotes import repaired

STARTED_AGAIN: Final = Accent(
    "claude-openai-calls-started-again",
    "A tool call's block starts anew with every chunk that repeats its name, though it never stopped.",
    "edge/claude-quirk/compat-name-repeated",
    faulty=True,
)
CALLS_MERGED: Final = Accent(
    "claude-openai-calls-merged",
    "Tool calls that an upstream sends under one index become one call, their inputs run together.",
    "edge/claude-quirk/compat-index-shared",
    faulty=True,
)
ENDS_AGAIN: Final = Accent(
    "claude-openai-ends-again",
    "Each usage behind the finish makes another message_delta, also when message_stop has been sent.",
    "edge/claude-quirk/compat-usage-repeated",
    faulty=True,
)
LEFT_OPEN: Final = Accent(
    "claude-openai-left-open",
    "A stream that ends without [DONE] leaves its blocks open and sends no message_stop.",
    "edge/claude-quirk/compat-no-done",
    faulty=True,
)
ENDS_WITHOUT_REASON: Final = Accent(
    "claude-openai-ends-without-reason",
    "A stream that is done without a finish_reason sends message_stop and no message_delta.",
    "edge/claude-quirk/compat-no-reason",
    faulty=True,
)
INPUT_AT_ONCE: Final = Accent(
    "claude-openai-input-at-once",
    "A tool call's input is held back until the answer is complete and sent in one piece.",
    "core/claude-compat/stream-tools-call",
)
STREAM_ACCENTS: Final = (STARTED_AGAIN, CALLS_MERGED, ENDS_AGAIN, LEFT_OPEN, ENDS_WITHOUT_REASON, INPUT_AT_ONCE)


class _Call:
    """A tool call in the making; its block is below 0 once it has stopped."""

    __slots__ = ("arguments", "block", "id", "started")

    def __init__(self, block: int) -> None:
        self.block = block
        self.id = ""
        self.arguments: list[str] = []
        self.started = False


class OpenAIStream:
    """A chat completion's stream as a Claude client gets it."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._parse = reader()
        self._names = Declared(turn)
        self._begun = False
        self._id = ""
        self._model = ""
        self._next = 0
        self._text = -1
        self._thinking = -1
        self._calls: dict[int, _Call] = {}
        self._replaced: list[tuple[int, _Call]] = []
        self._called = False
        self._calls_stopped = False
        self._finish = ""
        self._ended = False
        self._stopped = False

    def feed(self, line: bytes) -> list[bytes]:
        """Take one line; anything but `data:` says nothing."""
        if not line.startswith(b"data:"):
            return []
        payload = line[5:].strip()
        out: list[bytes] = []
        if payload == b"[DONE]":
            self._close(out)
        else:
            self._chunk(self._parse(payload), out)
        return [b"".join(out)] if out else []

    def finish(self) -> list[bytes]:
        """Close what the upstream left open, where that is wanted."""
        if self._stopped or not self._begun or self._turn.faithful(LEFT_OPEN):
            return []
        out: list[bytes] = []
        self._close(out)
        return [b"".join(out)]

    def _chunk(self, root: Any, out: list[bytes]) -> None:
        choice = get(root, "choices", 0)
        delta = get(choice, "delta")
        if not self._begun:
            self._begin(root, delta, out)
        if isinstance(delta, dict):
            self._delta(delta, out)
        finish = text(get(choice, "finish_reason"))
        if finish:
            self._finish = "tool_calls" if self._called else finish
            self._stop_blocks(out)
        if not self._finish:
            return
        told = get(root, "usage")
        if told is MISSING or told is None:
            return
        if not self._ended or self._turn.faithful(ENDS_AGAIN):
            out.append(events.message_delta(self._reason(), account(told)))
            self._ended = True
        self._stop_message(out)

    def _begin(self, root: Any, delta: Any, out: list[bytes]) -> None:
        """Greet with the first delta; id and model may have come before it."""
        self._id = self._id or text(get(root, "id"))
        self._model = self._model or text(get(root, "model"))
        if delta is not MISSING:
            out.append(events.message_start(self._id, self._model))
            self._begun = True

    def _delta(self, delta: Json, out: list[bytes]) -> None:
        if (reasoning := delta.get("reasoning_content")) is not None:
            for said in thoughts(reasoning):
                self._think(said, out)
        if said := text(delta.get("content")):
            self._say(said, out)
        calls = delta.get("tool_calls")
        if isinstance(calls, list):
            for call in calls:
                self._call(call, out)

    def _think(self, said: str, out: list[bytes]) -> None:
        self._stop_text(out)
        if self._thinking < 0:
            self._thinking = self._take()
            out.append(events.thinking_start(self._thinking))
        out.append(events.thinking_delta(self._thinking, said))

    def _say(self, said: str, out: list[bytes]) -> None:
        if self._text < 0:
            self._stop_thinking(out)
            self._text = self._take()
            out.append(events.text_start(self._text))
        out.append(events.text_delta(self._text, said))

    def _call(self, told: Any, out: list[bytes]) -> None:
        self._called = True
        index = integer(get(told, "index"))
        call = self._calls.get(index)
        if call is not None and self._another(call, text(get(told, "id"))):
            self._replaced.append((index, call))
            call = None
        if call is None:
            call = self._calls[index] = _Call(self._take())
        elif call.block < 0:
            call.block = self._take()
        if (given := get(told, "id")) is not MISSING:
            call.id = text(given)
        function = get(told, "function")
        name = get(function, "name")
        if name is not MISSING and not (call.started and not self._turn.faithful(STARTED_AGAIN)):
            call.started = True
            self._stop_thinking(out)
            self._stop_text(out)
            out.append(events.tool_start(call.block, call_id(call.id, self._turn), self._names.spelled(text(name))))
        if arguments := text(get(function, "arguments")):
            call.arguments.append(arguments)

    def _another(self, call: _Call, given: str) -> bool:
        """Whether an id under a call's index is another call's."""
        return call.started and given not in {"", call.id} and not self._turn.faithful(CALLS_MERGED)

    def _take(self) -> int:
        taken = self._next
        self._next += 1
        return taken

    def _stop_text(self, out: list[bytes]) -> None:
        if self._text >= 0:
            out.append(events.block_stop(self._text))
            self._text = -1

    def _stop_thinking(self, out: list[bytes]) -> None:
        if self._thinking >= 0:
            out.append(events.block_stop(self._thinking))
            self._thinking = -1

    def _stop_blocks(self, out: list[bytes]) -> None:
        self._stop_thinking(out)
        self._stop_text(out)
        if self._calls_stopped:
            return
        self._calls_stopped = True
        for _, call in sorted([*self._replaced, *self._calls.items()], key=itemgetter(0)):
            if call.arguments:
                out.append(events.input_delta(call.block, repaired("".join(call.arguments))))
            out.append(events.block_stop(call.block))
            call.block = -1

    def _close(self, out: list[bytes]) -> None:
        self._stop_blocks(out)
        known = self._finish or not self._turn.faithful(ENDS_WITHOUT_REASON)
        if known and not self._ended:
            out.append(events.message_delta(self._reason(), events.usage(0, 0)))
            self._ended = True
        self._stop_message(out)

    def _stop_message(self, out: list[bytes]) -> None:
        if not self._stopped:
            out.append(events.MESSAGE_STOP)
            self._stopped = True

    def _reason(self) -> str:
        return stop_reason("tool_calls" if self._called else self._finish, self._turn)
