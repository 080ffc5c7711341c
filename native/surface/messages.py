"""`POST /v1/messages` and `POST /v1/messages/count_tokens`."""

import zlib
from typing import TYPE_CHECKING

from aiohttp import web

from native.exchange import Ask
from native.surface.routes import Doc, Route
from native.surface.turns import alt_of, at_once, body_of, client_of, streaming
from native.wire.claude import CLAUDE
from native.wire.fields import fields
from native.wire.loose import MISSING

if TYPE_CHECKING:
    from native.service import Service


def unzipped(body: bytes) -> bytes:
    """An answer that came zipped without saying so."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        return zlib.decompress(body, zlib.MAX_WBITS | 16)
    except zlib.error:
        return body


async def messages(request: web.Request, service: "Service") -> web.StreamResponse:
    """A turn; anything but an absent or false `stream` asks for one."""
    raw = await body_of(request)
    seen = fields(raw)
    if seen.stream is MISSING or seen.stream is False:
        ask = Ask(seen.model, "claude", raw, client_of(request), alt_of(request), seen.spare)
        return await at_once(request, service, service.exchange.whole(ask), unzipped, patient=True)
    return await streaming(
        request, service, Ask(seen.model, "claude", raw, client_of(request), spare=seen.spare), CLAUDE
    )


async def count(request: web.Request, service: "Service") -> web.StreamResponse:
    """How many tokens a turn would be."""
    raw = await body_of(request)
    ask = Ask(fields(raw).model, "claude", raw, client_of(request), alt_of(request))
    return await at_once(request, service, service.exchange.count(ask))


MESSAGE = Doc("MessageRequest", "Message", streams=True)
COUNT = Doc("MessageRequest", "TokenCount")

ROUTES = [
    Route("POST", "/v1/messages", messages, doc=MESSAGE),
    Route("POST", "/v1/messages/count_tokens", count, doc=COUNT),
]
