"""A chat client in front of Gemini: the request, and the pair.

Everything that makes Gemini's body of a chat body, its messages aside (`chat_gemini_messages`), lives here; answers
are `chat_gemini_answer`'s, what is odd is named in `chat_gemini_quirks`. Law: what Gemini has no place for is left
out without a word.
"""

from dataclasses import replace
from typing import Any, Final

from native.accents import chat_gemini_quirks as quirks
from native.accents.chat_gemini_answer import stream, whole
from native.accents.chat_gemini_clean import add_clean
from native.accents.chat_gemini_messages import GEMINI, Conversation, Manner, object_arguments, plain_result
from native.accents.claude_names import function_name
from native.turn import Accent, Json, Pair, Turn
from native.wire.loose import MISSING, get, integer, text, trim

SAFETY: Final = tuple(
    {"category": f"HARM_CATEGORY_{category}", "threshold": threshold}
    for category, threshold in (
        ("HARASSMENT", "OFF"),
        ("HATE_SPEECH", "OFF"),
        ("SEXUALLY_EXPLICIT", "OFF"),
        ("DANGEROUS_CONTENT", "OFF"),
        ("CIVIC_INTEGRITY", "BLOCK_NONE"),
    )
)
"""The safety settings of a request that brings none."""

_BETTER: Final[tuple[tuple[Accent, dict[str, Any]], ...]] = (
    (quirks.HOLES_FOR_EMPTY_TEXTS, {"empty_text": "nothing", "silent": False}),
    (quirks.BROKEN_ARGUMENTS, {"arguments": object_arguments}),
    (quirks.RESULTS_AS_JSON_TEXT, {"result": plain_result}),
)
_NUMBERS: Final = {"temperature": "temperature", "top_p": "topP", "top_k": "topK"}
_IMAGE: Final = {"aspect_ratio": "aspectRatio", "image_size": "imageSize"}
_MODALITIES: Final = {"text": "TEXT", "image": "IMAGE"}
_BUILT_IN: Final = {"google_search": "googleSearch", "code_execution": "codeExecution", "url_context": "urlContext"}


def request(body: Json, turn: Turn) -> Json:
    """Gemini's body for a chat body."""
    conversation = Conversation(body.get("messages"), turn.source, _manner(turn))
    out: Json = {"contents": conversation.contents, "model": turn.model}
    config = generation(body)
    if config is not MISSING:
        out["generationConfig"] = config
    if conversation.system is not None:
        out["systemInstruction"] = {"role": "user", "parts": conversation.system}
    given = tools(body)
    if given:
        out["tools"] = given
    out["safetySettings"] = list(SAFETY)
    add_clean(body, out, turn)
    return out


def _manner(turn: Turn) -> Manner:
    """How messages are written: as the legacy does, but for the faults that the dialect leaves out."""
    better = {key: value for quirk, changes in _BETTER if not turn.faithful(quirk) for key, value in changes.items()}
    return replace(GEMINI, **better) if better else GEMINI


def generation(body: Json) -> Any:
    """Gemini's generation settings: the client's own in Gemini's words, and what of its chat settings has a place."""
    config = body.get("generationConfig", MISSING)
    told: Json = {}
    for key, name in _NUMBERS.items():
        value = body.get(key)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            told[name] = value
    count = body.get("n")
    if isinstance(count, (int, float)) and integer(count) > 1:
        told["candidateCount"] = integer(count)
    wanted = body.get("modalities")
    if isinstance(wanted, list):
        modalities = [_MODALITIES[name] for one in wanted if (name := text(one).lower()) in _MODALITIES]
        if modalities:
            told["responseModalities"] = modalities
    config = _merged(config, _thinking(body), "thinkingConfig")
    if told and not isinstance(config, list):
        config = {**config, **told} if isinstance(config, dict) else told
    image = body.get("image_config")
    if isinstance(image, dict):
        config = _merged(
            config, {name: image[key] for key, name in _IMAGE.items() if isinstance(image.get(key), str)}, "imageConfig"
        )
    return config


def _merged(config: Any, told: Json, key: str) -> Any:
    """The settings with `told` in their group `key`; what is no object is replaced, but a list is left alone."""
    group = get(config, key)
    if not told or isinstance(config, list) or isinstance(group, list):
        return config
    config = dict(config) if isinstance(config, dict) else {}
    config[key] = {**group, **told} if isinstance(group, dict) else told
    return config


def _thinking(body: Json) -> Json:
    effort = trim(text(body.get("reasoning_effort"))).lower()
    if not effort:
        return {}
    if effort == "auto":
        return {"thinkingBudget": -1, "includeThoughts": True}
    return {"thinkingLevel": effort, "includeThoughts": effort != "none"}


def tools(body: Json) -> list[Json]:
    """Gemini's tools: all functions in one, and each built-in tool on its own, kind by kind."""
    given = body.get("tools")
    functions: list[Json] = []
    built_in: dict[str, list[Json]] = {key: [] for key in _BUILT_IN}
    for tool in given if isinstance(given, list) else ():
        function = get(tool, "function")
        if isinstance(function, dict) and text(get(tool, "type")) == "function":
            if "parameters" not in function and isinstance(function.get("parametersJsonSchema"), list):
                continue
            functions.append(_declaration(function))
        for key, name in _BUILT_IN.items():
            setting = get(tool, key)
            if setting is not MISSING:
                built_in[key].append({name: setting})
    declared: list[Json] = [{"functionDeclarations": functions}] if functions else []
    return declared + [tool for kind in built_in.values() for tool in kind]


def _declaration(function: Json) -> Json:
    """A function as Gemini declares it; one without parameters takes an empty object."""
    declared = {key: value for key, value in function.items() if key not in {"parameters", "strict"}}
    if "parameters" in function:
        declared["parametersJsonSchema"] = function["parameters"]
    else:
        schema = declared.get("parametersJsonSchema")
        more = {"type": "object", "properties": {}}
        declared["parametersJsonSchema"] = {**schema, **more} if isinstance(schema, dict) else more
    declared["name"] = function_name(text(function.get("name")))
    return declared


PAIR = Pair(
    client="openai", upstream="gemini", request=request, whole=whole, stream=stream, accents=quirks.ALL, seeking=True
)
