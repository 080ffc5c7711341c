"""A Responses client on Gemini: its request as Gemini's contents.

The answer's way back is in `responses_gemini_answer`. Laws: a call is followed by its own result, whatever order the
client sent them in; a name that Gemini would refuse is changed on the way there and back.
"""

from typing import Any, Final, NamedTuple

from native.accents.claude_names import function_name
from native.accents.responses_gemini_answer import ANSWER_ACCENTS, SKIP_SIGNATURE, GeminiStream, whole
from native.turn import Accent, Json, Pair, Turn
from native.wire import lenient, loose
from native.wire.loose import MISSING, get, text

ROLE_PASSED_ON = Accent(
    "responses-gemini-role-passed-on",
    "What the developer says is sent in the role `developer`, which Gemini refuses.",
    "edge/responses-quirk/gemini-developer-message",
    faulty=True,
)
TOOL_CHOICE_IGNORED = Accent(
    "responses-gemini-tool-choice-ignored",
    "`tool_choice` is not sent: Gemini calls a tool, or none, as it likes.",
    "core/responses-gemini/stream-choice_named-calls",
    faulty=True,
)
FORMAT_DROPPED = Accent(
    "responses-gemini-format-dropped",
    "The schema in `text.format` is not sent: structured output comes as free text.",
    "core/responses-gemini/whole-schema-text",
    faulty=True,
)
RESULT_PARTS_LOST = Accent(
    "responses-gemini-result-parts-lost",
    "A tool's result that is a list of parts, not a text, reaches Gemini empty.",
    "edge/responses-quirk/gemini-result-parts",
    faulty=True,
)
ADDRESSES_DROPPED = Accent(
    "responses-gemini-addresses-dropped",
    "Images given by their address, and files, are not sent.",
    "core/responses-gemini/stream-image_url-text",
)
SIGNATURE_SKIPPED = Accent(
    "responses-gemini-signature-skipped",
    "Every call of the history carries the word that tells Gemini not to check its signature.",
    "core/responses-gemini/whole-odd_result-text",
)

_OCTETS: Final = "application/octet-stream"
_AUDIO: Final = {
    "mp3": "audio/mpeg",
    "pcm16": "audio/pcm",
    "g711_ulaw": "audio/basic",
    "g711_alaw": "audio/basic",
}
_HARMS: Final = (
    ("HARM_CATEGORY_HARASSMENT", "OFF"),
    ("HARM_CATEGORY_HATE_SPEECH", "OFF"),
    ("HARM_CATEGORY_SEXUALLY_EXPLICIT", "OFF"),
    ("HARM_CATEGORY_DANGEROUS_CONTENT", "OFF"),
    ("HARM_CATEGORY_CIVIC_INTEGRITY", "BLOCK_NONE"),
)


def request(body: Json, turn: Turn) -> Json:
    """Translate a Responses request into Gemini's."""
    given = body.get("input")
    contents: list[Json] = []
    system: list[Json] = [{"text": text(body["instructions"])}] if "instructions" in body else []
    if isinstance(given, str):
        contents.append({"role": "user", "parts": [{"text": given}]})
    elif isinstance(given, list):
        said = _Said(contents, system, _called_names(given))
        for kind, item in _calls_with_results(given):
            _add(kind, item, said, turn)
    out: Json = {"contents": contents}
    if system:
        out["systemInstruction"] = {"parts": system}
    if tools := _functions(body.get("tools")):
        out["tools"] = [{"functionDeclarations": tools}]
        if not turn.faithful(TOOL_CHOICE_IGNORED) and (choice := _function_calling(body.get("tool_choice"))):
            out["toolConfig"] = {"functionCallingConfig": choice}
    if config := _generation_config(body, turn):
        out["generationConfig"] = config
    out["safetySettings"] = [{"category": category, "threshold": threshold} for category, threshold in _HARMS]
    return out


def _kind(item: Any) -> str:
    kind = text(get(item, "type"))
    return kind or ("message" if text(get(item, "role")) else "")


def _called_names(items: list[Any]) -> dict[str, str]:
    """Which function a call's id belongs to; the first where several share it."""
    names: dict[str, str] = {}
    for item in items:
        if text(get(item, "type")) == "function_call":
            names.setdefault(text(get(item, "call_id")), text(get(item, "name")))
    return names


def _calls_with_results(items: list[Any]) -> list[tuple[str, Any]]:
    """The items by kind, each call of a run directly before its result, results of no call behind the run."""
    kinds = [(_kind(item), item) for item in items]
    ordered: list[tuple[str, Any]] = []
    at = 0
    while at < len(kinds):
        if kinds[at][0] != "function_call":
            ordered.append(kinds[at])
            at += 1
            continue
        calls, at = _run(kinds, at, "function_call")
        results, at = _run(kinds, at, "function_call_output")
        waiting = {text(get(result[1], "call_id")): result for result in results}
        for call in calls:
            ordered.append(call)
            if (result := waiting.pop(text(get(call[1], "call_id")), None)) is not None:
                ordered.append(result)
        if waiting:
            ordered += [result for result in results if text(get(result[1], "call_id")) in waiting]
    return ordered


def _run(kinds: list[tuple[str, Any]], start: int, kind: str) -> tuple[list[tuple[str, Any]], int]:
    end = start
    while end < len(kinds) and kinds[end][0] == kind:
        end += 1
    return kinds[start:end], end


class _Said(NamedTuple):
    """What was said so far: to the model, by its system, and which function a call's id belongs to."""

    contents: list[Json]
    system: list[Json]
    names: dict[str, str]


def _add(kind: str, item: Any, said: _Said, turn: Turn) -> None:
    if kind == "message":
        _add_message(item, said, turn)
    elif kind == "function_call":
        said.contents.append({"role": "model", "parts": [_call(item)]})
    elif kind == "function_call_output":
        said.contents.append({"role": "function", "parts": [_result(item, said.names, turn)]})
    elif kind == "reasoning":
        thought = {
            "text": text(get(item, "summary", 0, "text")),
            "thoughtSignature": text(get(item, "encrypted_content")),
            "thought": True,
        }
        said.contents.append({"role": "model", "parts": [thought]})


def _add_message(item: Any, said: _Said, turn: Turn) -> None:
    role = text(get(item, "role")).lower()
    content = get(item, "content")
    if role == "system":
        parts = content if isinstance(content, list) else []
        said.system.extend({"text": text(get(part, "text"))} for part in parts)
        if isinstance(content, str):
            said.system.append({"text": content})
        return
    role = "model" if role == "assistant" else role or "user"
    if role not in {"user", "model"} and not turn.faithful(ROLE_PASSED_ON):
        role = "user"
    if isinstance(content, str):
        said.contents.append({"role": role, "parts": [{"text": content}]})
    elif isinstance(content, list):
        _add_parts(content, role, said.contents)


def _add_parts(content: list[Any], role: str, contents: list[Json]) -> None:
    """The parts of a message, in as many contents as who speaks changes."""
    speaker, parts = "", list[Json]()
    for given in content:
        kind = text(get(given, "type")) or "input_text"
        now = "model" if kind == "output_text" else role
        if now != speaker:
            if parts:
                contents.append({"role": speaker, "parts": parts})
            speaker, parts = now, []
        if (part := _part(kind, given)) is not None:
            parts.append(part)
    if parts:
        contents.append({"role": speaker, "parts": parts})


def _part(kind: str, given: Any) -> Json | None:
    if kind in {"input_text", "output_text"}:
        said = get(given, "text")
        return None if said is MISSING else {"text": text(said)}
    if kind == "input_image":
        return _image(text(get(given, "image_url")) or text(get(given, "url")))
    if kind == "input_audio" and (data := text(get(given, "data"))):
        form = text(get(given, "format")) or "wav"
        return _inline(_AUDIO.get(form, f"audio/{form}"), data)
    return None


def _image(url: str) -> Json | None:
    if not url.startswith("data:"):
        return None
    rest = url.removeprefix("data:")
    media, found, data = rest.partition(";base64,")
    if not found:
        media, _, data = rest.partition(",")
    return _inline(media or _OCTETS, data) if data else None


def _inline(media: str, data: str) -> Json:
    return {"inline_data": {"mime_type": media, "data": data}}


def _call(item: Any) -> Json:
    arguments = text(get(item, "arguments"))
    parsed = lenient.parse(arguments.encode()) if arguments else MISSING
    called: Json = {
        "name": function_name(text(get(item, "name"))),
        "args": {} if parsed is MISSING else parsed,
        "id": text(get(item, "call_id")),
    }
    return {"functionCall": called, "thoughtSignature": SKIP_SIGNATURE}


def _result(item: Any, names: dict[str, str], turn: Turn) -> Json:
    call_id = text(get(item, "call_id"))
    output = get(item, "output")
    said: Any = output if isinstance(output, str) else ""
    if isinstance(output, list) and not turn.faithful(RESULT_PARTS_LOST):
        said = "\n".join(text(get(part, "text")) for part in output)
    response: Json = {}
    if said not in {"", "null"}:
        parsed = loose.parse(said) if said.lstrip()[:1] in {"{", "["} else MISSING
        response["result"] = said if parsed is MISSING else parsed
    name = function_name(names.get(call_id, "unknown"))
    return {"functionResponse": {"name": name, "response": response, "id": call_id}}


def _functions(tools: Any) -> list[Json]:
    found: list[Json] = []
    for tool in tools if isinstance(tools, list) else ():
        if get(tool, "type") == "function":
            schema = get(tool, "parameters")
            found.append(
                {
                    "name": function_name(text(get(tool, "name"))),
                    "description": text(get(tool, "description")),
                    "parametersJsonSchema": {} if schema is MISSING else schema,
                },
            )
    return found


def _function_calling(choice: Any) -> Json | None:
    """A `tool_choice` as Gemini says it; None where it says nothing."""
    modes = {"auto": "AUTO", "none": "NONE", "required": "ANY"}
    if isinstance(choice, str):
        return {"mode": modes[choice]} if choice in modes else None
    if get(choice, "type") != "function":
        return None
    return {"mode": "ANY", "allowedFunctionNames": [function_name(text(get(choice, "name")))]}


def _generation_config(body: Json, turn: Turn) -> Json:
    config: Json = {}
    if "max_output_tokens" in body:
        config["maxOutputTokens"] = loose.integer(body["max_output_tokens"])
    if "temperature" in body:
        config["temperature"] = loose.number(body["temperature"])
    if "top_p" in body:
        config["topP"] = loose.number(body["top_p"])
    stops = body.get("stop_sequences")
    if isinstance(stops, list):
        config["stopSequences"] = [text(stop) for stop in stops] or None
    if effort := text(get(body, "reasoning", "effort")).strip().lower():
        if effort == "auto":
            config["thinkingConfig"] = {"thinkingBudget": -1, "includeThoughts": True}
        else:
            config["thinkingConfig"] = {"thinkingLevel": effort, "includeThoughts": effort != "none"}
    form = get(body, "text", "format")
    if get(form, "type") == "json_schema" and not turn.faithful(FORMAT_DROPPED):
        config |= {"responseMimeType": "application/json", "responseJsonSchema": form.get("schema")}
    return config


PAIR = Pair(
    client="openai-response",
    upstream="gemini",
    request=request,
    whole=whole,
    stream=GeminiStream,
    accents=(
        ROLE_PASSED_ON,
        ADDRESSES_DROPPED,
        SIGNATURE_SKIPPED,
        RESULT_PARTS_LOST,
        TOOL_CHOICE_IGNORED,
        FORMAT_DROPPED,
        *ANSWER_ACCENTS,
    ),
)
