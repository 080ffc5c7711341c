"""Claude clients over Codex (OpenAI's responses as ChatGPT's backend takes them): the request.

Everything that turns a Claude request into Codex's lives here; answers are in `claude_codex_answer`. Laws: calls and
their results are items of their own, in the order they stood among the texts; sampling settings are left out, since
Codex takes none.
"""

from typing import Any, Final

from native.accents.claude_codex_answer import ANSWER_ACCENTS, CodexStream, whole
from native.accents.claude_codex_tools import as_function
from native.accents.claude_names import answer_schema, declared_names, short_names, shortened
from native.accents.claude_tokens import tokens
from native.thinking.setting import level_of
from native.turn import Accent, Json, Pair, Turn
from native.wire.loose import MISSING, boolean, get, integer, text, trim
from native.wire.spelling import Spelling

CHOICE_IGNORED: Final = Accent(
    "claude-codex-choice-ignored",
    "Whatever tool_choice says, Codex is told auto: a call that was demanded may not come, a forbidden one may.",
    "core/claude-codex/stream-choice_required-calls",
    faulty=True,
)
LINKED_IMAGES_VANISH: Final = Accent(
    "claude-codex-linked-images-vanish",
    "An image given by its address is left out without a word.",
    "core/claude-codex/stream-image_url-text",
    faulty=True,
)
DOCUMENTS_VANISH: Final = Accent(
    "claude-codex-documents-vanish",
    "A document in a message is left out without a word, so the model answers without having seen it.",
    "core/claude-codex/whole-pdf-text",
    faulty=True,
)
FORMAT_DROPPED: Final = Accent(
    "claude-codex-format-dropped",
    "The schema in output_config.format is not passed on: what should be structured comes as free text.",
    "edge/claude-quirk/codex-format",
    faulty=True,
)
NAMES_SHORTENED: Final = Accent(
    "claude-codex-names-shortened",
    "Codex sees tool names past 64 bytes shortened, of an MCP tool without its server; the client sees its own.",
    "edge/claude-quirk/codex-long-names",
)
SETTINGS_LEFT_OUT: Final = Accent(
    "claude-codex-settings-left-out",
    "max_tokens, temperature, top_p, top_k and stop_sequences are not passed on.",
    "core/claude-codex/whole-stop_one-text",
)
ADAPTIVE_IS_XHIGH: Final = Accent(
    "claude-codex-adaptive-is-xhigh",
    "Adaptive thinking without an effort asks for xhigh, or the most that the model knows; none at all for medium.",
    "edge/claude-quirk/codex-adaptive",
)

_BILLING: Final = "x-anthropic-billing-header: "


def request(body: Json, turn: Turn) -> Json:
    """The Codex request that the client's body asks for."""
    short = short_names(declared_names(body))
    out: Json = {"model": turn.model, "instructions": "", "input": _input(body, short, turn)}
    tools = get(body, "tools")
    if isinstance(tools, list):
        spelling = Spelling(turn.source)
        out["tools"] = [as_function(tool, short, spelling, at) for at, tool in enumerate(tools)]
        out["tool_choice"] = "auto" if turn.faithful(CHOICE_IGNORED) else _choice(get(body, "tool_choice"), short)
    alone = get(body, "tool_choice", "disable_parallel_tool_use")
    out["parallel_tool_calls"] = not boolean(alone)
    if (schema := answer_schema(body)) is not None and not turn.faithful(FORMAT_DROPPED):
        out["text"] = {"format": {"type": "json_schema", "name": "answer", "schema": schema}}
    out["reasoning"] = {"effort": _effort(body), "summary": "auto"}
    out["stream"] = True
    out["store"] = False
    out["include"] = ["reasoning.encrypted_content"]
    return out


def _effort(body: Json) -> str:
    thinking = get(body, "thinking")
    kind = text(get(thinking, "type"))
    level: str | None = None
    if kind == "enabled" and (budget := get(thinking, "budget_tokens")) is not MISSING:
        level = level_of(integer(budget))
    elif kind in {"adaptive", "auto"}:
        effort = get(body, "output_config", "effort")
        level = (trim(effort).lower() if isinstance(effort, str) else "") or "xhigh"
    elif kind == "disabled":
        level = level_of(0)
    return level or "medium"


def _input(body: Json, short: dict[str, str], turn: Turn) -> list[Json]:
    out: list[Json] = []
    if system := _system(get(body, "system")):
        out.append({"type": "message", "role": "developer", "content": system})
    messages = get(body, "messages")
    if not isinstance(messages, list):
        return out
    reader = _Reader(turn, short)
    for at, message in enumerate(messages):
        if not isinstance(message, dict):
            continue
        role = text(message.get("role"))
        content = message.get("content")
        if isinstance(content, str):
            out.append({"type": "message", "role": role, "content": [_said(role, content)]})
        elif isinstance(content, list):
            out += reader.items(role, content, at)
    return out


def _system(system: Any) -> list[Json]:
    if isinstance(system, str):
        texts = [system]
    elif isinstance(system, list):
        texts = [text(get(block, "text")) for block in system if text(get(block, "type")) == "text"]
    else:
        return []
    return [{"type": "input_text", "text": said} for said in texts if said and not said.startswith(_BILLING)]


class _Reader:
    """Reads messages in blocks, with what their calls and results need to know of the request."""

    __slots__ = ("_short", "_spelling", "_turn")

    def __init__(self, turn: Turn, short: dict[str, str]) -> None:
        self._turn = turn
        self._short = short
        self._spelling = Spelling(turn.source)

    def items(self, role: str, blocks: list[Any], at: int) -> list[Json]:
        """The items that a message makes: its parts, parted where a call or a result stands between them."""
        out: list[Json] = []
        parts: list[Json] = []
        for place, block in enumerate(blocks):
            if not isinstance(block, dict):
                continue
            kind = text(block.get("type"))
            if kind in {"tool_use", "tool_result"}:
                if parts:
                    out.append({"type": "message", "role": role, "content": parts})
                    parts = []
                path = ("messages", at, "content", place)
                out.append(self._call(block, *path) if kind == "tool_use" else self._result(block, *path))
            elif part := _said(role, text(block.get("text"))) if kind == "text" else _shown(block, kind, self._turn):
                parts.append(part)
        if parts:
            out.append({"type": "message", "role": role, "content": parts})
        return out

    def _call(self, block: Json, *path: str | int) -> Json:
        name = text(block.get("name"))
        return {
            "type": "function_call",
            "call_id": text(block.get("id")),
            "name": self._short[name] if name in self._short else shortened(name),
            "arguments": self._spelling.of(block.get("input", MISSING), *path, "input"),
        }

    def _result(self, block: Json, *path: str | int) -> Json:
        return {
            "type": "function_call_output",
            "call_id": text(block.get("tool_use_id")),
            "output": self._output(block.get("content", MISSING), *path, "content"),
        }

    def _output(self, content: Any, *path: str | int) -> Any:
        """What a tool gave back: its texts and images, or the text of whatever else it is."""
        if isinstance(content, list):
            parts = [part for block in content if (part := _returned(block, self._turn))]
            return parts or self._spelling.of(content, *path)
        return self._spelling.of(content, *path) if isinstance(content, dict) else text(content)


def _returned(block: Any, turn: Turn) -> Json | None:
    kind = text(get(block, "type"))
    if kind == "text":
        return {"type": "input_text", "text": text(get(block, "text"))}
    return _image(get(block, "source"), turn) if kind == "image" else None


def _said(role: str, said: str) -> Json:
    return {"type": "output_text" if role == "assistant" else "input_text", "text": said}


def _shown(block: Any, kind: str, turn: Turn) -> Json | None:
    """The part that an image or a document makes, if Codex is to see it."""
    if kind == "image":
        return _image(get(block, "source"), turn)
    if kind == "document" and not turn.faithful(DOCUMENTS_VANISH):
        return _document(block)
    return None


def _image(source: Any, turn: Turn) -> Json | None:
    if data := text(get(source, "data")) or text(get(source, "base64")):
        media = text(get(source, "media_type")) or text(get(source, "mime_type")) or "application/octet-stream"
        return {"type": "input_image", "image_url": f"data:{media};base64,{data}"}
    address = text(get(source, "url"))
    if address and not turn.faithful(LINKED_IMAGES_VANISH):
        return {"type": "input_image", "image_url": address}
    return None


def _document(block: Any) -> Json | None:
    """A document as responses take it: plain text as text, a file in base64 or by its address as a file."""
    source = get(block, "source")
    kind = text(get(source, "type"))
    data = text(get(source, "data"))
    if kind == "text" and data:
        return {"type": "input_text", "text": data}
    if kind == "url" and (address := text(get(source, "url"))):
        return {"type": "input_file", "file_url": address}
    if kind != "base64" or not data:
        return None
    media = text(get(source, "media_type")) or "application/pdf"
    name = text(get(block, "title")) or "document.pdf"
    return {"type": "input_file", "filename": name, "file_data": f"data:{media};base64,{data}"}


def _choice(choice: Any, short: dict[str, str]) -> Any:
    kind = text(get(choice, "type"))
    if kind == "tool":
        name = text(get(choice, "name"))
        return {"type": "function", "name": short.get(name, shortened(name))}
    return {"any": "required", "none": "none"}.get(kind, "auto")


PAIR: Final = Pair(
    client="claude",
    upstream="codex",
    request=request,
    whole=whole,
    stream=CodexStream,
    tokens=tokens,
    accents=(
        CHOICE_IGNORED,
        LINKED_IMAGES_VANISH,
        DOCUMENTS_VANISH,
        FORMAT_DROPPED,
        NAMES_SHORTENED,
        SETTINGS_LEFT_OUT,
        ADAPTIVE_IS_XHIGH,
        *ANSWER_ACCENTS,
    ),
)
