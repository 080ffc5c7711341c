"""Chat messages as Gemini's contents.

Everything that the Gemini-like upstreams (Gemini, Gemini CLI, Antigravity) make of a chat client's messages lives
here; where they differ, a `Manner` says how. Laws: system prompts leave the conversation unless they are all of it;
a tool's results stand right behind the calls, in the calls' order, wherever the client put them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, final

import orjson

from native.accents.claude_names import function_name
from native.mime import mime_type
from native.turn import Json
from native.wire.loose import MISSING, get, parse, text
from native.wire.spelling import Spelling

SKIP_SIGNATURE: Final = "skip_thought_signature_validator"
_SYSTEM: Final = frozenset({"system", "developer"})


def spelled_arguments(spelled: str) -> Any:
    """A call's arguments as they are spelled, even where that is no JSON: the body is broken then."""
    return orjson.Fragment(spelled) if (found := parse(spelled)) is MISSING else found


def object_arguments(spelled: str) -> Any:
    """A call's arguments where they are an object, an empty one otherwise."""
    found = parse(spelled)
    return found if isinstance(found, dict) else {}


def quoted_result(spelled: str, _content: Any) -> Any:
    """A tool's result as the text of its JSON."""
    return spelled


def plain_result(spelled: str, content: Any) -> Any:
    """A tool's result as it is where it is a text, or the text of its JSON."""
    return content if isinstance(content, str) else spelled


@dataclass(frozen=True, slots=True)
class Manner:
    """How one upstream wants messages written.

    Attributes:
        empty_text: What an empty text in a list becomes: a part, nothing, or `null` where another part follows.
        mime: The key of a file's type.
        call_ids: Whether calls and results carry their ids.
        arguments: What stands for a call's arguments, given their spelling.
        result: What stands for a tool's result, given its spelling and its value (`MISSING` where there is none).
        part: Parts that only this upstream knows, tried last: (part of the message) -> part or None.
        silent: Whether an assistant's empty text is a part too.
    """

    empty_text: Literal["part", "nothing", "hole"] = "hole"
    mime: str = "mime_type"
    call_ids: bool = False
    arguments: Callable[[str], Any] = spelled_arguments
    result: Callable[[str, Any], Any] = quoted_result
    part: Callable[[Any], Json | None] = lambda _part: None
    silent: bool = True


GEMINI: Final = Manner()


@final
class Conversation:
    """A chat client's messages, being written for Gemini.

    Attributes:
        contents: What was said.
        system: The parts of the system prompt; None where there is none.
    """

    def __init__(self, messages: Any, source: bytes, manner: Manner = GEMINI) -> None:
        self.contents: list[Json] = []
        self.system: list[Json] | None = None
        self._manner = manner
        given = messages if isinstance(messages, list) else []
        self._names, self._results = _calls_and_results(given, Spelling(source))
        alone = len(given) == 1
        for message in given:
            role, content = text(get(message, "role")), get(message, "content")
            if role in _SYSTEM and not alone:
                self._add_system(content)
            elif role == "user" or role in _SYSTEM:
                self.contents.append({"role": "user", "parts": self._user(content)})
            elif role == "assistant":
                self._add_assistant(message, content)

    def _add_system(self, content: Any) -> None:
        if isinstance(content, str):
            said = [content]
        elif isinstance(content, dict) and text(content.get("type")) == "text":
            said = [text(content.get("text"))]
        elif isinstance(content, list) and content:
            said = [text(get(part, "text")) for part in content]
        else:
            return
        self.system = [*(self.system or ()), *({"text": one} for one in said)]

    def _user(self, content: Any) -> list[Json | None]:
        if isinstance(content, str):
            return [{"text": content}]
        return self._parts(content, files=True)

    def _parts(self, content: Any, *, files: bool) -> list[Json | None]:
        """The parts of a list; an empty text leaves a hole where another part follows it."""
        parts: list[Json | None] = []
        for item in content if isinstance(content, list) else ():
            kind = text(get(item, "type"))
            if kind == "text":
                said = text(get(item, "text"))
                if said or self._manner.empty_text != "nothing":
                    parts.append({"text": said} if said or self._manner.empty_text == "part" else None)
            elif kind == "image_url":
                parts += _image(text(get(item, "image_url", "url")), self._manner.mime)
            elif files:
                part = self._file(item) if kind == "file" else self._manner.part(item)
                parts += [part] if part else []
        while parts and parts[-1] is None:
            parts.pop()
        return parts

    def _file(self, item: Any) -> Json | None:
        kind = mime_type(text(get(item, "file", "filename")))
        data = text(get(item, "file", "file_data"))
        return {"inlineData": {self._manner.mime: kind, "data": data}} if kind else None

    def _add_assistant(self, message: Any, content: Any) -> None:
        if isinstance(content, str):
            parts: list[Json | None] = [{"text": content}] if content or self._manner.silent else []
        else:
            parts = self._parts(content, files=False)
        self.contents.append({"role": "model", "parts": parts})
        calls = get(message, "tool_calls")
        results: list[Json] = []
        for call in calls if isinstance(calls, list) else ():
            if text(get(call, "type")) == "function":
                identifier = text(get(call, "id"))
                parts.append(self._call(call, identifier))
                if identifier in self._names:
                    results.append(self._result(identifier))
        if results:
            self.contents.append({"role": "user", "parts": results})

    def _call(self, call: Any, identifier: str) -> Json:
        function = get(call, "function")
        said: Json = {"id": identifier} if self._manner.call_ids else {}
        said["name"] = function_name(text(get(function, "name")))
        said["args"] = self._manner.arguments(text(get(function, "arguments")))
        return {"functionCall": said, "thoughtSignature": SKIP_SIGNATURE}

    def _result(self, identifier: str) -> Json:
        spelled, content = self._results.get(identifier, ("", MISSING))
        said: Json = {"id": identifier} if self._manner.call_ids else {}
        said["name"] = function_name(self._names[identifier])
        result = self._manner.result(spelled or "{}", content)
        if result is not MISSING:
            said["response"] = {"result": result}
        return {"functionResponse": said}


def _image(url: str, mime: str) -> list[Json]:
    """An inline image; nothing for an address, which Gemini does not fetch."""
    kind, semicolon, rest = url[5:].partition(";")
    if not semicolon or len(rest) <= 7:
        return []
    return [{"inlineData": {mime: kind, "data": rest[7:]}, "thoughtSignature": SKIP_SIGNATURE}]


def _calls_and_results(messages: list[Any], spelling: Spelling) -> tuple[dict[str, str], dict[str, tuple[str, Any]]]:
    """The names of all calls and the results of all tools, by the calls' ids; the last of equal ids counts."""
    names: dict[str, str] = {}
    results: dict[str, tuple[str, Any]] = {}
    for index, message in enumerate(messages):
        role = text(get(message, "role"))
        if role == "assistant":
            calls = get(message, "tool_calls")
            for call in calls if isinstance(calls, list) else ():
                identifier, name = text(get(call, "id")), text(get(call, "function", "name"))
                if text(get(call, "type")) == "function" and identifier and name:
                    names[identifier] = name
        elif role == "tool" and (identifier := text(get(message, "tool_call_id"))):
            content = get(message, "content")
            spelled = "" if content is MISSING else spelling.of(content, "messages", index, "content")
            results[identifier] = (spelled, content)
    return names, results
