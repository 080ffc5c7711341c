"""Claude clients over OpenAI chat completions: the whole answer, and what it shares with the stream.

Everything that reads a chat completion for a Claude client lives here. Law: an answer that is no JSON, or of another
shape, still makes a Claude message, with nothing in it.
"""

from collections.abc import Iterator
from typing import Any, Final

import orjson

from native.accents.claude_events import apart, usage
from native.accents.claude_names import Declared, call_id
from native.turn import Accent, Json, Turn
from native.wire import lenient
from native.wire.loose import MISSING, get, integer, parse, text
from native.wire.single_quotes import repaired

THINKING_LAST: Final = Accent(
    "claude-openai-thinking-last",
    "In a whole answer the thinking stands behind the text it led to, where Claude puts it in front.",
    "core/claude-compat/whole-plain-think",
    faulty=True,
)
CALLS_MAY_END_TURN: Final = Accent(
    "claude-openai-calls-may-end-turn",
    "A whole answer with tool calls whose upstream says it just stopped is told as end_turn, so agents don't call.",
    "edge/claude-quirk/compat-calls-end-turn",
    faulty=True,
)
FILTERED_IS_END_TURN: Final = Accent(
    "claude-openai-filtered-is-end-turn",
    "An answer that the upstream's content filter cut ends as if it were complete.",
    "edge/claude-quirk/compat-filtered",
    faulty=True,
)
WHOLE_ACCENTS: Final = (THINKING_LAST, CALLS_MAY_END_TURN, FILTERED_IS_END_TURN)

_REASONS: Final = {"length": "max_tokens", "tool_calls": "tool_use", "function_call": "tool_use"}


def stop_reason(finish: str, turn: Turn) -> str:
    """Claude's word for why an answer ended."""
    if finish == "content_filter" and not turn.faithful(FILTERED_IS_END_TURN):
        return "refusal"
    return _REASONS.get(finish, "end_turn")


def account(told: Any) -> dict[str, int]:
    """Claude's account for a completion's usage."""
    cached = integer(get(told, "prompt_tokens_details", "cached_tokens"))
    return usage(apart(integer(get(told, "prompt_tokens")), cached), integer(get(told, "completion_tokens")), cached)


def thoughts(reasoning: Any) -> Iterator[str]:
    """The texts of a reasoning_content: a text, an object with one, or lists of them."""
    if isinstance(reasoning, str):
        if reasoning:
            yield reasoning
    elif isinstance(reasoning, list):
        for one in reasoning:
            yield from thoughts(one)
    elif isinstance(reasoning, dict) and (said := text(reasoning.get("text"))):
        yield said


def tool_input(arguments: Any) -> Json:
    """The object that a call's arguments spell; an empty one where they spell none."""
    spelled = repaired(text(arguments))
    found = parse(spelled) if spelled else MISSING
    return found if isinstance(found, dict) else {}


def whole(answer: bytes, turn: Turn) -> bytes:
    """The Claude message that a whole chat completion makes."""
    root = lenient.parse(answer)
    choice = get(root, "choices", 0)
    blocks = list(_blocks(get(choice, "message"), turn))
    out: Json = {
        "id": text(get(root, "id")),
        "type": "message",
        "role": "assistant",
        "model": text(get(root, "model")),
        "content": blocks,
        "stop_reason": _reason(get(choice, "finish_reason"), blocks, turn),
        "stop_sequence": None,
        "usage": account(get(root, "usage")),
    }
    return orjson.dumps(out)


def _reason(finish: Any, blocks: list[Json], turn: Turn) -> str:
    called = any(block["type"] == "tool_use" for block in blocks)
    if called and (finish is MISSING or not turn.faithful(CALLS_MAY_END_TURN)):
        return "tool_use"
    return stop_reason(text(finish), turn)


def _blocks(message: Any, turn: Turn) -> Iterator[Json]:
    names = Declared(turn)
    reasoning = [{"type": "thinking", "thinking": said} for said in thoughts(get(message, "reasoning_content"))]
    late = turn.faithful(THINKING_LAST)
    if not late:
        yield from reasoning
    content = get(message, "content")
    if isinstance(content, str):
        if content:
            yield {"type": "text", "text": content}
    elif isinstance(content, list):
        yield from _listed(content, names, turn)
    if late:
        yield from reasoning
    yield from _calls(get(message, "tool_calls"), names, turn)


def _listed(parts: list[Any], names: Declared, turn: Turn) -> Iterator[Json]:
    """The blocks of a content in parts: neighbouring texts make one block, neighbouring thoughts too."""
    kind, said = "", ""
    for part in parts:
        own = {"text": "text", "reasoning": "thinking"}.get(text(get(part, "type")), "")
        if own != kind:
            if said:
                yield {"type": kind, kind: said}
            kind, said = own, ""
        if own:
            said += text(get(part, "text"))
        elif text(get(part, "type")) == "tool_calls":
            yield from _calls(get(part, "tool_calls"), names, turn)
    if said:
        yield {"type": kind, kind: said}


def _calls(calls: Any, names: Declared, turn: Turn) -> Iterator[Json]:
    for call in calls if isinstance(calls, list) else ():
        yield {
            "type": "tool_use",
            "id": call_id(text(get(call, "id")), turn),
            "name": names.spelled(text(get(call, "function", "name"))),
            "input": tool_input(get(call, "function", "arguments")),
        }
