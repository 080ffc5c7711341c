"""OpenAI's old completions: a turn of chat in other clothes. Framing is the chat's.

Its quirks are named here and need no turn: whoever calls says the dialect.
"""

from typing import Any, Final

import orjson

from native.turn import Accent, Dialect, Json
from native.wire import lenient
from native.wire.loose import MISSING, boolean, get, integer, number, parse, text
from native.wire.openai_chat import CHAT
from native.wire.spelling import Spelling

COMPLETIONS = CHAT

PROMPT_AS_JSON: Final = Accent(
    name="completions-prompt-as-json",
    about="A `prompt` that is a list goes as one message: the list's JSON as text.",
    evidence="edge/chat-quirk/completions-prompt-list",
    faulty=True,
)
PROMPT_MADE_UP: Final = Accent(
    name="completions-prompt-made-up",
    about="A request without a `prompt` asks the model to complete nothing, in the legacy's words.",
    evidence="edge/chat-quirk/completions-no-prompt",
)
FIELDS_DROPPED: Final = Accent(
    name="completions-fields-dropped",
    about="`n`, `seed` and `user` are left out, as are `best_of` and `suffix`; `logprobs` becomes a yes or no.",
    evidence="edge/chat-quirk/completions-dropped",
    faulty=True,
)
EMPTY_REASONS: Final = Accent(
    name="completions-empty-reasons",
    about="In a stream, `finish_reason` is an empty text until the end, not `null`.",
    evidence="edge/completions/claude-s",
    faulty=True,
)
QUIRKS: Final = (PROMPT_AS_JSON, PROMPT_MADE_UP, FIELDS_DROPPED, EMPTY_REASONS)

KEPT: Final = ("n", "seed", "user")
"""Fields that mean the same to a chat, and that the clean dialect takes over too."""

TAKEN = {
    "max_tokens": integer,
    "temperature": number,
    "top_p": number,
    "frequency_penalty": number,
    "presence_penalty": number,
    "stop": lambda value: value,
    "stream": boolean,
    "logprobs": boolean,
    "top_logprobs": integer,
    "echo": boolean,
}
"""Fields that go over to the chat, and what they are read as."""


def as_chat(raw: bytes, dialect: Dialect = "parity") -> bytes:
    """A completion's request as a chat's."""
    tree = lenient.parse(raw)
    given = get(tree, "prompt")
    if dialect == "clean" and isinstance(given, list) and given and all(isinstance(one, str) for one in given):
        given = "\n".join(given)
    prompt = Spelling(raw).of(given, "prompt") if isinstance(given, (list, dict)) else text(given)
    said = {"role": "user", "content": prompt or "Complete this:"}
    out: Json = {"model": text(get(tree, "model")), "messages": [said]}
    for name, read in TAKEN.items():
        value = get(tree, name)
        if value is not MISSING:
            out[name] = read(value)
    if dialect == "clean":
        out |= {name: value for name in KEPT if (value := get(tree, name)) is not MISSING}
    return orjson.dumps(out)


def _head(tree: Any) -> Json:
    return {
        "id": text(get(tree, "id")),
        "object": "text_completion",
        "created": integer(get(tree, "created")),
        "model": text(get(tree, "model")),
        "choices": [],
    }


def whole(body: bytes) -> bytes:
    """A chat's answer as a completion's."""
    tree = lenient.parse(body)
    out = _head(tree)
    usage = get(tree, "usage")
    if usage is not MISSING:
        out["usage"] = usage
    choices = get(tree, "choices")
    for choice in choices if isinstance(choices, list) else []:
        said: Json = {"index": integer(get(choice, "index"))}
        message = get(choice, "message")
        content = get(get(choice, "delta") if message is MISSING else message, "content")
        if content is not MISSING:
            said["text"] = text(content)
        _ending(choice, said, {MISSING})
        out["choices"].append(said)
    return orjson.dumps(out)


def chunk(data: bytes, dialect: Dialect = "parity") -> list[bytes]:
    """A chat's chunk as a completion's, where it says anything."""
    tree = parse(data)
    choices = get(tree, "choices")
    choices = choices if isinstance(choices, list) else []
    usage = get(tree, "usage")
    if usage is MISSING and not any(_says(choice) for choice in choices):
        return []
    out = _head(tree)
    for choice in choices:
        said: Json = {"index": integer(get(choice, "index")), "text": text(get(choice, "delta", "content"))}
        _ending(choice, said, {MISSING, "null"})
        if dialect == "clean":
            said["finish_reason"] = said.get("finish_reason") or None
        out["choices"].append(said)
    if usage is not MISSING:
        out["usage"] = usage
    return [orjson.dumps(out)]


def _says(choice: Any) -> bool:
    return bool(text(get(choice, "delta", "content"))) or text(get(choice, "finish_reason")) not in {"", "null"}


def _ending(choice: Any, said: Json, silent: set[Any]) -> None:
    reason, logprobs = get(choice, "finish_reason"), get(choice, "logprobs")
    if reason is not MISSING and text(reason) not in silent:
        said["finish_reason"] = text(reason)
    if logprobs is not MISSING:
        said["logprobs"] = logprobs
