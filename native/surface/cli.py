"""`/v1internal…`: Gemini CLI's own endpoint. Turns are answered here, everything else goes on to Google as it came.

Laws: only this machine may ask, and no key is needed; a stream has begun before anybody is asked, so whatever fails is
an event of it; what goes on to Google comes back whole, with status 200 where Google was content and 400 where not.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

import orjson
from aiohttp import web

from native.exchange import Ask
from native.failure import Failure
from native.proxies import proxy_for
from native.surface.passthrough import HOP
from native.surface.routes import CORS, Doc, Route, answer
from native.surface.turns import STREAM, at_once, client_of, streaming
from native.upstream import UpstreamError, UpstreamRequest
from native.wire.fields import fields
from native.wire.gemini import stream_error
from native.wire.gemini_cli import GEMINI_CLI

if TYPE_CHECKING:
    from native.service import Service

HOME: Final = "https://cloudcode-pa.googleapis.com"
_HERE: Final = frozenset(["127.0.0.1", "::ffff:127.0.0.1"])


async def act(request: web.Request, service: "Service") -> web.StreamResponse:
    """`POST /v1internal:{method}`."""
    if request.remote not in _HERE:
        return _refused("CLI reply only allow local access", "forbidden", 403)
    raw = await request.read()
    ask = Ask(fields(raw).model, "gemini-cli", raw, client_of(request))
    match request.path:
        case "/v1internal:generateContent":
            return await at_once(request, service, service.exchange.whole(ask))
        case "/v1internal:streamGenerateContent":
            content = None if _alt(request) else STREAM
            return await streaming(request, service, ask, GEMINI_CLI, content=content, refuse=_begun(content))
    return await _passed_on(request, service, raw)


def _alt(request: web.Request) -> str:
    """The query's `alt` where it asks for something else than events; they come all the same, but are not called so."""
    alt = request.query.get("alt", request.query.get("$alt", ""))
    return "" if alt == "sse" else alt


def _begun(content: Mapping[str, str] | None) -> Callable[[Failure, "Service"], web.Response]:
    """How a stream refuses that has begun already: as an event."""
    headers = {**CORS, **(content or {"Content-Type": "text/plain; charset=utf-8"})}
    return lambda failure, _: web.Response(body=stream_error(failure), headers=headers)


async def _passed_on(request: web.Request, service: "Service", raw: bytes) -> web.StreamResponse:
    url = HOME + request.raw_path
    headers = [(name, value) for name, value in request.headers.items() if name.lower() not in HOP]
    try:
        found = await service.kit.upstream.send(
            UpstreamRequest("POST", url, headers, raw, proxy_for(service.config.proxy_url, url))
        )
        body = await found.read()
    except UpstreamError as error:
        return _refused(f"Invalid request: {error}")
    if not 200 <= found.status < 300:
        return _refused(body.decode(errors="replace"))
    kept: dict[str, str] = {}
    for name, value in found.headers:
        if name.lower() not in HOP:
            kept.setdefault(name, value)
    return web.Response(body=body, headers={**CORS, **kept})


def _refused(message: str, kind: str = "invalid_request_error", status: int = 400) -> web.Response:
    return answer(orjson.dumps({"error": {"message": message, "type": kind}}), status)


GENERATED = Doc("EnvelopedRequest", query=("alt",), media="*/*")

ROUTES = [Route("POST", "/v1internal:method", act, keyed=False, doc=GENERATED)]
