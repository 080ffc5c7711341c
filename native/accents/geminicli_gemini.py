"""Gemini CLI's internal protocol on Gemini: the request out of its envelope, answers into theirs.

Everything that is special about this pair lives here: it mends less than Gemini's own pair does. Law: as there, what
the client sent is never changed in place.
"""

from typing import Any, Final

from native.accents.gemini_candidates import token_count
from native.accents.gemini_gemini import SAFETY_OFF, SIGNATURES_REPLACED, schemas_renamed, signed, with_safety
from native.accents.geminicli_envelope import closed, opened
from native.turn import Accent, Json, Pair, Turn

NO_STREAM: Final = Accent(
    name="geminicli-gemini-no-stream",
    about="A stream from the Gemini API comes out empty, as an error: its chunks are taken for no chunks.",
    evidence="edge/gemini-quirk/cli-gemini-stream",
    faulty=True,
)


def request(body: Json, turn: Turn) -> Json:
    """The body for generateContent and streamGenerateContent."""
    out = opened(body)
    if isinstance(tools := out.get("tools"), list):
        out["tools"] = [_tool(tool) for tool in tools]
    if isinstance(contents := out.get("contents"), list):
        out["contents"] = [signed(content, turn) for content in contents]
    return with_safety(out)


def _tool(tool: Any) -> Any:
    declared = tool.get("function_declarations") if isinstance(tool, dict) else None
    return {**tool, "function_declarations": schemas_renamed(declared)} if isinstance(declared, list) else tool


class CLIStream:
    """A Gemini stream, each chunk in an envelope."""

    __slots__ = ("_bare",)

    def __init__(self, turn: Turn) -> None:
        self._bare = not turn.faithful(NO_STREAM)

    def feed(self, line: bytes) -> list[bytes]:
        """Give what a `data:` line carries."""
        if line.startswith(b"data:"):
            line = line[5:].strip()
        elif not self._bare:
            return []
        done = line == b"[DONE]" or (self._bare and not line)
        return [] if done else [closed(line)]

    def finish(self) -> list[bytes]:
        """Nothing is owed."""
        return []


def whole(answer: bytes, _: Turn) -> bytes:
    """The answer in its envelope."""
    return closed(answer)


def tokens(count: int, _: Turn) -> bytes:
    """The answer to countTokens."""
    return token_count(count)


PAIR: Final = Pair(
    client="gemini-cli",
    upstream="gemini",
    request=request,
    whole=whole,
    stream=CLIStream,
    tokens=tokens,
    accents=(SIGNATURES_REPLACED, SAFETY_OFF, NO_STREAM),
    seeking=True,
)
