"""Gemini clients on Gemini: what the client sent, mended where Google's API would refuse it.

Everything that edits a Gemini request on its way to a Gemini upstream lives here; answers pass as they are. Laws: what
is not mended is not touched, and what the client sent is never changed in place: edited parts are copies.
"""

from typing import Any, Final

from native.accents.gemini_candidates import token_count
from native.turn import Accent, Json, Pair, Turn
from native.wire.loose import MISSING, get, text, trim

SIGNATURES_REPLACED: Final = Accent(
    name="gemini-gemini-signatures-replaced",
    about="Thought signatures of earlier turns are replaced by a text that switches Google's check off.",
    evidence="core/gemini-gemini/stream-result-text",
    faulty=True,
)
SAFETY_OFF: Final = Accent(
    name="gemini-safety-off",
    about="Where a client says nothing of safety settings, every category is switched off.",
    evidence="core/gemini-gemini/stream-plain-text",
)
ROLES_MENDED: Final = Accent(
    name="gemini-gemini-roles-mended",
    about="A content whose role is neither `user` nor `model` gets the other one than the content before it.",
    evidence="edge/gemini-quirk/gemini-roles",
)

SKIP: Final = "skip_thought_signature_validator"
_OFF: Final = (
    ("HARM_CATEGORY_HARASSMENT", "OFF"),
    ("HARM_CATEGORY_HATE_SPEECH", "OFF"),
    ("HARM_CATEGORY_SEXUALLY_EXPLICIT", "OFF"),
    ("HARM_CATEGORY_DANGEROUS_CONTENT", "OFF"),
    ("HARM_CATEGORY_CIVIC_INTEGRITY", "BLOCK_NONE"),
)
_ROLES: Final = {"user", "model"}


def request(body: Json, turn: Turn) -> Json:
    """The body for generateContent and streamGenerateContent."""
    out = dict(body)
    if "contents" in body:
        if isinstance(body.get("tools"), list):
            out["tools"] = [_tool(tool) for tool in body["tools"]]
        roles = _mended(body["contents"])
        out["contents"] = _named([signed(content, turn) for content in roles]) if isinstance(roles, list) else roles
        config = body.get("generationConfig")
        if isinstance(config, dict) and "responseSchema" in config:
            out["generationConfig"] = _renamed(config, "responseSchema", "responseJsonSchema")
    return with_safety(out)


def with_safety(body: Json) -> Json:
    """The body, every safety filter off where it says nothing of them."""
    if "safetySettings" not in body:
        body["safetySettings"] = [{"category": category, "threshold": threshold} for category, threshold in _OFF]
    return body


def signed(content: Any, turn: Turn) -> Any:
    """A content of the model with the signatures that are sent instead of its own."""
    parts = get(content, "parts")
    if text(get(content, "role")) != "model" or not isinstance(parts, list):
        return content
    replace = turn.faithful(SIGNATURES_REPLACED)
    told = [_signed(part, replace=replace) for part in parts]
    return {**content, "parts": told}


def schemas_renamed(declared: list[Any]) -> list[Any]:
    """Function declarations with their parameters where JSON schemas are read."""
    return [
        _renamed(function, "parameters", "parametersJsonSchema")
        if isinstance(function, dict) and "parameters" in function
        else function
        for function in declared
    ]


def _signed(part: Any, *, replace: bool) -> Any:
    if not isinstance(part, dict):
        return part
    own = "thoughtSignature" in part
    if ("functionCall" in part or own) and (replace or not own):
        return {**part, "thoughtSignature": SKIP}
    return part


def _tool(tool: Any) -> Any:
    if not isinstance(tool, dict):
        return tool
    if "functionDeclarations" in tool:
        tool = _renamed(tool, "functionDeclarations", "function_declarations")
    if isinstance(declared := tool.get("function_declarations"), list):
        return {**tool, "function_declarations": schemas_renamed(declared)}
    return tool


def _renamed(holder: Json, name: str, new: str) -> Json:
    renamed = {key: value for key, value in holder.items() if key != name}
    renamed[new] = holder[name]
    return renamed


def _mended(contents: Any) -> Any:
    """Contents, each with a role; a lone value gives way to a content that has nothing but one."""
    if isinstance(contents, dict):
        return _numbered(contents)
    mended: list[Any] = []
    last = ""
    for content in contents if isinstance(contents, list) else [contents]:
        role = _role(content, last)
        mended.append(content if role == text(get(content, "role")) else _with_role(content, role))
        last = role
    return mended


def _numbered(contents: Json) -> Json:
    """Contents that are no list: roles are written where a list would have them."""
    told = dict(contents)
    last = ""
    for place, content in enumerate(contents.values()):
        role = _role(content, last)
        if role != text(get(content, "role")):
            told[str(place)] = _with_role(told.get(str(place)), role)
        last = role
    return told


def _role(content: Any, last: str) -> str:
    """A content's own role, or the other one than the last."""
    role = text(get(content, "role"))
    return role if role in _ROLES else "model" if last == "user" else "user"


def _with_role(content: Any, role: str) -> Any:
    if isinstance(content, list):
        return content
    return {**(content if isinstance(content, dict) else {}), "role": role}


def _named(contents: list[Any]) -> list[Any]:
    """Contents whose nameless function responses have the names of the calls right before them."""
    named: list[Any] = []
    waiting: list[str] = []
    for content in contents:
        parts = get(content, "parts")
        listed = parts if isinstance(parts, list) else []
        if text(get(content, "role")) == "model":
            calls = (get(part, "functionCall") for part in listed)
            waiting = [text(get(call, "name")) for call in calls if call is not MISSING]
        elif waiting:
            content = {**content, "parts": _answered(listed, waiting)} if listed else content  # noqa: PLW2901 - as above
            waiting = []
        named.append(content)
    return named


def _answered(parts: list[Any], names: list[str]) -> list[Any]:
    told: list[Any] = []
    count = 0
    for part in parts:
        response = get(part, "functionResponse")
        if response is MISSING:
            told.append(part)
            continue
        nameless = not trim(text(get(response, "name"))) and not isinstance(response, list)
        if nameless and count < len(names):
            kept = response if isinstance(response, dict) else {}
            told.append({**part, "functionResponse": {**kept, "name": names[count]}})
        else:
            told.append(part)
        count += 1
    return told


class GeminiStream:
    """A Gemini stream as it is, line by line."""

    __slots__ = ()

    def __init__(self, _: Turn) -> None:
        pass

    def feed(self, line: bytes) -> list[bytes]:
        """Give what a line carries; an empty line carries an empty chunk."""
        data = line[5:].strip() if line.startswith(b"data:") else line
        return [] if data == b"[DONE]" else [data]

    def finish(self) -> list[bytes]:
        """Nothing is owed."""
        return []


def whole(answer: bytes, _: Turn) -> bytes:
    """The answer as it is."""
    return answer


def tokens(count: int, _: Turn) -> bytes:
    """The answer to countTokens."""
    return token_count(count)


PAIR: Final = Pair(
    client="gemini",
    upstream="gemini",
    request=request,
    whole=whole,
    stream=GeminiStream,
    tokens=tokens,
    accents=(SIGNATURES_REPLACED, SAFETY_OFF, ROLES_MENDED),
    seeking=True,
)
