"""`/oauth`: logging in as the Quotio server's clients do it, by the ways that `native.log_ins` knows.

Laws: what a provider gives goes into its file and nowhere else: a client is given a state to ask by, never a provider's
own device code; a provider that cannot do what is asked says so, with those that can.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from native.credentials.account import account_of
from native.credentials.credential import Credential
from native.credentials.service_account import LOCATION
from native.log_ins import MODULES
from native.log_ins.sessions import LIFE_SECONDS
from native.surface.management import auth
from native.surface.management.call import Call, RefusedError, route, told
from native.surface.management.keys import read
from native.surface.management.kinds import NUMBER, SWITCH, TEXT, TEXTS, Field, Shape
from native.surface.management.log_ins import log_ins_of, valid
from native.surface.management.vertex_import import kept
from native.surface.routes import Doc

if TYPE_CHECKING:
    from native.service import Service

type Json = dict[str, Any]

NAMES = {"claude": "anthropic", "openai": "codex", "gemini": "gemini-cli", "github-copilot": "github"}
"""Log-ins by other names for them."""
DEVICES = ("github", "kilo", "kimi", "qwen")
"""Log-ins in which a code is typed in at the provider's."""
BROWSERS = tuple(name for name in MODULES if name not in DEVICES)
ACCOUNTS = ("vertex",)
SHELF = "oauth-begun"
MOST = 1_000
INTERVAL = 5
PROVIDER = Shape(Field("provider", TEXT))
POLL = Shape(Field("provider", TEXT), Field("device_code", TEXT))
ACCOUNT = Shape(Field("provider", TEXT), Field("key_file", TEXT), Field("location", TEXT))


@dataclass(frozen=True, slots=True)
class Begun:
    """A log-in that was begun here: by which name, and when."""

    name: str
    at: float


def _begun(service: "Service") -> dict[str, Begun]:
    found: dict[str, Begun] = service.kit.shelves.setdefault(SHELF, {})
    return found


def _name(call: Call, able: tuple[str, ...], kind: str) -> str:
    """The log-in that is asked for, where it is one of those that can."""
    given: str = read(PROVIDER, call.bound())["provider"].strip().lower()
    if not given:
        raise RefusedError(400, "Missing provider")
    name = NAMES.get(given, given)
    if name not in able:
        status = 501 if name in MODULES or name in ACCOUNTS else 400
        raise RefusedError(status, f"Invalid {kind} provider: {given}. Valid: {', '.join(able)}")
    return name


async def _begin(call: Call, name: str) -> Json:
    from native.log_ins.journey import NotBegunError  # noqa: PLC0415 - few servers ever log anybody in

    now = call.service.kit.clock.now()
    try:
        said = await log_ins_of(call.service).begin(name, {"is_webui": "true"} if name in BROWSERS else {})
    except NotBegunError as error:
        refused = RefusedError(error.status, str(error))
        refused.body = error.body
        raise refused from error
    begun = _begun(call.service)
    begun[said["state"]] = Begun(name, now)
    while len(begun) > MOST:
        del begun[next(iter(begun))]
    return said


async def start(call: Call) -> web.Response:
    """`POST /oauth/start`: where a browser is to be sent."""
    said = await _begin(call, _name(call, BROWSERS, "OAuth"))
    return told({"auth_url": said.get("url", ""), "state": said["state"], "incognito": False})


async def device_start(call: Call) -> web.Response:
    """`POST /oauth/device-start`: what is to be typed in, and where."""
    said = await _begin(call, _name(call, DEVICES, "device code"))
    return told(
        {
            "device_code": said["state"],
            "user_code": said.get("user_code", ""),
            "verification_uri": said.get("verification_uri") or said.get("url", ""),
            "expires_in": int(LIFE_SECONDS),
            "interval": INTERVAL,
        }
    )


def _file_since(call: Call, begun: Begun) -> Credential | None:
    """A log-in's file that was written since it was begun."""
    for credential in auth.log_ins(call, begun.name):
        try:
            written = Path(credential.attributes["path"]).stat().st_mtime
        except OSError:
            continue
        if written >= begun.at - 1:
            return credential
    return None


def _standing(call: Call, state: str) -> tuple[str, Json]:
    """How a log-in stands: `pending`, `completed`, `error` or `expired`, and what there is to say of it."""
    if not valid(state):
        return "error", {"error": "invalid state"}
    begun = _begun(call.service).get(state)
    session = log_ins_of(call.service).sessions.get(state)
    if session is not None:
        return ("pending", {}) if session.waits else ("error", {"error": session.status})
    if begun is None:
        return "expired", {"error": "unknown or expired state"}
    credential = _file_since(call, begun)
    if credential is None:
        return "expired", {"error": "the log-in was not completed in time"}
    return "completed", {"provider": credential.provider, "email": account_of(credential)[1]}


def status(call: Call) -> web.Response:
    """`GET /oauth/status?state=`."""
    state = call.query("state").strip()
    if not state:
        raise RefusedError(400, "Missing state parameter")
    kind, said = _standing(call, state)
    return told({"completed": kind == "completed", **said})


def device_poll(call: Call) -> web.Response:
    """`POST /oauth/device-poll`."""
    body = read(POLL, call.bound())
    if not body["provider"].strip() or not body["device_code"].strip():
        raise RefusedError(400, "Missing provider or device_code")
    kind, said = _standing(call, body["device_code"].strip())
    return told({"status": kind, **said})


def import_service_account(call: Call) -> web.Response:
    """`POST /oauth/import-service-account`: a service account's JSON, as text."""
    body = read(ACCOUNT, call.bound())
    if not body["provider"].strip() or not body["key_file"].strip():
        raise RefusedError(400, "Missing provider or key_file")
    if body["provider"].strip().lower() not in ACCOUNTS:
        raise RefusedError(400, f"Invalid service account provider: {body['provider']}. Valid: {', '.join(ACCOUNTS)}")
    content = body["key_file"].encode("utf-8", "surrogatepass")
    account, _ = kept(call, content, body["location"].strip() or LOCATION)
    said = {"provider": ACCOUNTS[0], "email": account.email, "project_id": account.project}
    return told({"success": True, **said})


def refresh(call: Call) -> web.Response:
    """`POST /oauth/refresh/{provider}`: native renews no log-in on demand."""
    if not auth.log_ins(call, call.part("provider")):
        raise RefusedError(404, "No auth found for provider")
    raise RefusedError(501, f"log-ins of {call.part('provider')} are not renewed on demand")


def providers(_call: Call) -> web.Response:
    """`GET /oauth/providers`: who can be logged in at, and how."""
    every = sorted({*MODULES, *ACCOUNTS})
    return told(
        {"oauth": list(BROWSERS), "device_code": list(DEVICES), "service_account": list(ACCOUNTS), "all": every}
    )


def _texts(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, TEXT) for name in names)


def _maybe(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, TEXT, optional=True) for name in names)


STARTED = Shape(*_texts("auth_url", "state"), Field("incognito", SWITCH))
DEVICE = Shape(
    *_texts("device_code", "user_code", "verification_uri"), Field("expires_in", NUMBER), Field("interval", NUMBER)
)
STANDS = Shape(Field("completed", SWITCH), *_maybe("provider", "email", "error"))
POLLED = Shape(Field("status", TEXT), *_maybe("provider", "email", "error"))
IMPORTED = Shape(Field("success", SWITCH), *_texts("provider", "email", "project_id"))
PROVIDERS = Shape(*(Field(name, TEXTS) for name in ("oauth", "device_code", "service_account", "all")))

ROUTES = [
    route("POST", "/oauth/start", start, Doc(PROVIDER, STARTED)),
    route("GET", "/oauth/status", status, Doc(gives=STANDS, query=("state",))),
    route("POST", "/oauth/device-start", device_start, Doc(PROVIDER, DEVICE)),
    route("POST", "/oauth/device-poll", device_poll, Doc(POLL, POLLED)),
    route("POST", "/oauth/import-service-account", import_service_account, Doc(ACCOUNT, IMPORTED)),
    route("POST", "/oauth/refresh/:provider", refresh),
    route("GET", "/oauth/providers", providers, Doc(gives=PROVIDERS)),
]
