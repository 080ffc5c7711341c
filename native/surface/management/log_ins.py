"""How log-ins under way stand, and codes that a person brings back by hand.

Law: a state is known only while its log-in is under way; a code is taken for the provider it was begun with.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit
from weakref import WeakKeyDictionary

from aiohttp import web

from native.surface.management.call import Call, RefusedError, route, told
from native.surface.management.keys import read
from native.surface.management.kinds import TEXT, Field, Shape

if TYPE_CHECKING:
    from native.service import Service

PROVIDERS = {
    "anthropic": "anthropic",
    "claude": "anthropic",
    "codex": "codex",
    "openai": "codex",
    "gitlab": "gitlab",
    "gemini": "gemini",
    "google": "gemini",
    "iflow": "iflow",
    "i-flow": "iflow",
    "antigravity": "antigravity",
    "anti-gravity": "antigravity",
    "qwen": "qwen",
    "kiro": "kiro",
    "github": "github",
}
"""What a provider may be called."""
STATE = re.compile(r"[A-Za-z0-9._-]{1,128}")
CALLBACK = Shape(*(Field(name, TEXT) for name in ("provider", "redirect_url", "code", "state", "error")))


@dataclass(slots=True)
class LogIn:
    """One log-in under way: empty `status` while it waits, else what it says."""

    provider: str
    status: str = ""


class LogIns:
    """Log-ins under way, by state."""

    def __init__(self) -> None:
        self.by_state: dict[str, LogIn] = {}


_OF: "WeakKeyDictionary[Service, LogIns]" = WeakKeyDictionary()


def log_ins_of(service: "Service") -> LogIns:
    """The log-ins that a service has under way."""
    return _OF.setdefault(service, LogIns())


def valid(state: str) -> bool:
    """Whether a text can be a state."""
    return STATE.fullmatch(state) is not None and ".." not in state


def _refused(status: int, error: str) -> RefusedError:
    return RefusedError(status, error, status="error")


def auth_status(call: Call) -> web.Response:
    """`GET /get-auth-status?state=`."""
    state = call.query("state").strip()
    if state and not valid(state):
        raise _refused(400, "invalid state")
    found = log_ins_of(call.service).by_state.get(state)
    if found is None:
        return told({"status": "ok"})
    kind, *rest = found.status.split("|", 2)
    if kind == "device_code" and len(rest) == 2:
        return told({"status": kind, "verification_url": rest[0], "user_code": rest[1]})
    if kind == "auth_url" and rest:
        return told({"status": kind, "url": found.status.removeprefix("auth_url|")})
    return told({"status": "error", "error": found.status} if found.status else {"status": "wait"})


def callback(call: Call) -> web.Response:
    """`POST /oauth-callback`: the code that a browser came back with."""
    try:
        body: dict[str, Any] = {name: text.strip() for name, text in read(CALLBACK, call.bound()).items()}
    except RefusedError as error:
        raise _refused(400, "invalid body") from error
    provider = PROVIDERS.get(body["provider"].lower())
    if provider is None:
        raise _refused(400, "unsupported provider")
    if body["redirect_url"]:
        try:
            query = parse_qs(urlsplit(body["redirect_url"]).query)
        except ValueError as error:
            raise _refused(400, "invalid redirect_url") from error
        for name, spellings in (("state", ("state",)), ("code", ("code",)), ("error", ("error", "error_description"))):
            found = (query.get(spelling, [""])[0].strip() for spelling in spellings)
            body[name] = body[name] or next(filter(None, found), "")
    if not body["state"]:
        raise _refused(400, "state is required")
    if not valid(body["state"]):
        raise _refused(400, "invalid state")
    if not body["code"] and not body["error"]:
        raise _refused(400, "code or error is required")
    held = log_ins_of(call.service).by_state.get(body["state"])
    if held is None:
        raise _refused(404, "unknown or expired state")
    if held.status:
        raise _refused(409, "oauth flow is not pending")
    if held.provider != provider:
        raise _refused(400, "provider does not match state")
    if call.service.returned is not None:
        call.service.returned(provider, body["state"], body["code"], body["error"])
    return told({"status": "ok"})


ROUTES = [
    route("GET", "/get-auth-status", auth_status),
    route("POST", "/oauth-callback", callback),
]
