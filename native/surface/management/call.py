"""One management request: let in, read, answered.

Everything that these endpoints share lives here. Laws: without a management key there are no endpoints; a body has a
bound; what is refused is JSON with an `error`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import orjson
from aiohttp import web

from native.identity import VERSION
from native.surface.management import reading
from native.surface.management.access import Doorman, Keys, address_of
from native.surface.management.desk import Desk, RefusedError, desk_of
from native.surface.management.kinds import TEXT, Field, Shape
from native.surface.routes import ANY, CORS, Doc, Route, answer, not_found
from native.surface.visit import VISIT

if TYPE_CHECKING:
    from native.service import Service

PREFIX = "/v0/management"
MOST_BODY = 10 * 1024 * 1024
INVALID = "invalid body"

_DOORMEN: "WeakKeyDictionary[Service, Doorman]" = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was let in."""

    request: web.Request
    service: "Service"
    desk: Desk
    raw: bytes

    def query(self, name: str) -> str:
        """A part of the query, empty where there is none."""
        return self.request.query.get(name, "")

    def part(self, name: str) -> str:
        """A part of the path that varies."""
        return self.request[VISIT].parts.get(name, "")

    def json(self) -> Any:
        """The whole body as JSON; signs that are none are replaced. Raises `RefusedError`."""
        try:
            return reading.whole(self.raw)
        except reading.FaultError as error:
            raise RefusedError(400, INVALID) from error

    def bound(self) -> Any:
        """The body's first JSON value, whatever stands behind it. Raises `RefusedError`."""
        try:
            return reading.first(self.raw)
        except reading.FaultError as error:
            raise RefusedError(400, INVALID) from error

    def index(self, length: int) -> int | None:
        """The `index` of the query, where a list of this length has it."""
        digits = self.query("index").lstrip().removeprefix("+")
        end = next((at for at, sign in enumerate(digits) if not (sign.isdecimal() and sign.isascii())), len(digits))
        found = int(digits[:end][:18]) if end else -1
        return found if 0 <= found < length else None


type Act = Callable[[Call], Awaitable[web.StreamResponse] | web.Response]


def told(value: Any, status: int = 200) -> web.Response:
    """A JSON answer."""
    return answer(orjson.dumps(value), status)


OK = Shape(Field("status", TEXT))
"""What a change is answered with."""
SET = Doc(gives=OK)


def done() -> web.Response:
    """The answer to a change."""
    return answer(b'{"status":"ok"}')


def route(method: str, path: str, act: Act, doc: Doc = ANY) -> Route:
    """An endpoint under `/v0/management`."""

    async def respond(request: web.Request, service: "Service") -> web.StreamResponse:
        desk = desk_of(service)
        remote = desk.settings["remote-management"]
        keys = Keys(remote["secret-key"], service.settings.management_password)
        if not keys:  # where there was one before, nothing more is said than that it is gone
            return web.Response(status=404, headers=CORS) if service in _DOORMEN else not_found()
        try:
            door = _DOORMEN.setdefault(service, Doorman())
            peer = address_of(request.remote or "", request.headers)
            now = service.kit.clock.now()
            await door.check(peer, request.headers, keys, now, remote=remote["allow-remote"])
            found = act(Call(request, service, desk, await _body(request)))
            response: web.StreamResponse = found if isinstance(found, web.Response) else await found
        except RefusedError as refused:
            response = told(refused.body, refused.status)
        response.headers.update(VERSION)
        return response

    return Route(method, PREFIX + path, respond, keyed=False, family="management", doc=doc)


async def _body(request: web.Request) -> bytes:
    if (request.content_length or 0) > MOST_BODY:
        raise RefusedError(413, "request body too large")
    if request.content_type == "multipart/form-data" or not request.body_exists:
        return b""
    read = bytearray()
    async for chunk in request.content.iter_chunked(1 << 16):
        read += chunk
        if len(read) > MOST_BODY:
            raise RefusedError(413, "request body too large")
    return bytes(read)


__all__ = ["INVALID", "Act", "Call", "RefusedError", "done", "route", "told"]
