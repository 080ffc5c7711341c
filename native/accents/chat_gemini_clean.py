"""What the clean dialect tells Gemini of a chat body, and the legacy does not: limits, tool choice, answer's format.

Law: a setting that the client gave in Gemini's own words (`generationConfig`) is not touched.
"""

from typing import Any, Final

from native.accents import chat_gemini_quirks as quirks
from native.accents.claude_names import function_name
from native.turn import Json, Turn
from native.wire.loose import MISSING, get, integer, text

_MODES: Final = {"none": "NONE", "auto": "AUTO", "required": "ANY"}


def add_clean(body: Json, out: Json, turn: Turn) -> None:
    """Add to Gemini's body what the client said and the legacy leaves out."""
    told: Json = {}
    if not turn.faithful(quirks.LIMITS_UNREAD):
        told |= _limits(body)
    if not turn.faithful(quirks.FORMAT_UNREAD):
        told |= _format(body.get("response_format"))
    config = out.get("generationConfig", {})
    if told and isinstance(config, dict):
        out["generationConfig"] = told | config
    if not turn.faithful(quirks.TOOL_CHOICE_UNREAD) and "tools" in out:
        choice = _choice(body.get("tool_choice"))
        if choice:
            out["toolConfig"] = {"functionCallingConfig": choice}


def _limits(body: Json) -> Json:
    told: Json = {}
    for key in ("max_tokens", "max_completion_tokens"):
        if (limit := integer(body.get(key))) > 0:
            told["maxOutputTokens"] = limit
    stop = body.get("stop")
    stops = [one for one in (stop if isinstance(stop, list) else [stop]) if isinstance(one, str) and one]
    if stops:
        told["stopSequences"] = stops
    return told


def _format(wanted: Any) -> Json:
    kind = text(get(wanted, "type"))
    if kind not in {"json_object", "json_schema"}:
        return {}
    told: Json = {"responseMimeType": "application/json"}
    schema = get(wanted, "json_schema", "schema")
    if kind == "json_schema" and schema is not MISSING:
        told["responseJsonSchema"] = schema
    return told


def _choice(choice: Any) -> Json:
    if isinstance(choice, str):
        return {"mode": _MODES[choice]} if choice in _MODES else {}
    name = text(get(choice, "function", "name"))
    return {"mode": "ANY", "allowedFunctionNames": [function_name(name)]} if name else {}
