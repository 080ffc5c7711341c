"""Log-ins through the management API: where to log in, how it stands, and codes that a person brings back by hand.

Laws: a state is known only while its log-in is under way; a code is taken for the provider it was begun with; how a
provider logs its users in is loaded when somebody asks for it (`native.log_ins`).
"""

import re
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from native.log_ins import MODULES
from native.log_ins.sessions import Returned
from native.surface.management.call import OK, Call, RefusedError, route, told
from native.surface.management.keys import read
from native.surface.management.kinds import TEXT, Field, Shape
from native.surface.routes import Doc

if TYPE_CHECKING:
    from native.log_ins.journey import NotBegunError
    from native.log_ins.running import LogIns
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
COOKIE = Shape(Field("cookie", TEXT))
ACCESS_TOKEN = Shape(*(Field(name, TEXT) for name in ("base_url", "personal_access_token", "token")))


def log_ins_of(service: "Service") -> "LogIns":
    """The log-ins that a service has under way."""
    from native.log_ins import running  # noqa: PLC0415 - few servers ever log anybody in

    return running.log_ins_of(service)


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
    found = log_ins_of(call.service).sessions.get(state) if state else None
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
    sessions = log_ins_of(call.service).sessions
    held = sessions.get(body["state"])
    if held is None:
        raise _refused(404, "unknown or expired state")
    if held.status:
        raise _refused(409, "oauth flow is not pending")
    if held.provider != provider:
        raise _refused(400, "provider does not match state")
    sessions.bring(provider, body["state"], Returned(body["code"], body["error"]))
    return told({"status": "ok"})


# ---- logging in ----------------------------------------------------------------------------------------------------


def _not_begun(error: "NotBegunError") -> RefusedError:
    refused = RefusedError(error.status, str(error))
    refused.body = error.body
    return refused


async def begin(name: str, call: Call) -> web.Response:
    """`GET /{name}-auth-url`: where to log in."""
    from native.log_ins.journey import NotBegunError  # noqa: PLC0415 - see log_ins_of

    try:
        return told(await log_ins_of(call.service).begin(name, call.request.query))
    except NotBegunError as error:
        raise _not_begun(error) from error


async def by_cookie(call: Call) -> web.Response:
    """`POST /iflow-auth-url`: with a browser's cookie."""
    from native.log_ins import iflow  # noqa: PLC0415 - see log_ins_of
    from native.log_ins.journey import NotBegunError  # noqa: PLC0415

    try:
        given = read(COOKIE, call.bound())["cookie"]
    except RefusedError as error:
        raise _refused(400, "cookie is required") from error
    try:
        return told(await iflow.by_cookie(log_ins_of(call.service).journey({}), given))
    except NotBegunError as error:
        raise _not_begun(error) from error


async def by_access_token(call: Call) -> web.Response:
    """`POST /gitlab-auth-url`: with a personal access token."""
    from native.log_ins import gitlab  # noqa: PLC0415 - see log_ins_of
    from native.log_ins.journey import NotBegunError  # noqa: PLC0415

    try:
        body = {name: text.strip() for name, text in read(ACCESS_TOKEN, call.bound()).items()}
    except RefusedError as error:
        raise _refused(400, "invalid body") from error
    token = body["personal_access_token"] or body["token"]
    if not token:
        raise _refused(400, "personal_access_token is required")
    try:
        return told(await gitlab.by_token(log_ins_of(call.service).journey({}), body["base_url"], token))
    except NotBegunError as error:
        raise _not_begun(error) from error


STANDS = Shape(
    Field("status", TEXT),
    *(Field(name, TEXT, optional=True) for name in ("error", "url", "verification_url", "user_code")),
)
BEGUN = Doc(
    gives=Shape(
        *(Field(name, TEXT) for name in ("status", "state")),
        *(Field(name, TEXT, optional=True) for name in ("url", "user_code", "verification_uri", "method")),
    ),
    query=("is_webui", "project_id", "method", "label", "base_url", "client_id", "client_secret"),
)

ROUTES = [
    *(route("GET", f"/{name}-auth-url", partial(begin, name), BEGUN) for name in MODULES),
    route("POST", "/iflow-auth-url", by_cookie, Doc(COOKIE, OK)),
    route("POST", "/gitlab-auth-url", by_access_token, Doc(ACCESS_TOKEN, OK)),
    route("GET", "/get-auth-status", auth_status, Doc(gives=STANDS, query=("state",))),
    route("POST", "/oauth-callback", callback, Doc(CALLBACK, OK)),
]
