"""`POST /v1/responses` and `POST /v1/responses/compact`."""

from typing import TYPE_CHECKING

import orjson
from aiohttp import web

from native.exchange import Ask
from native.providers.base import COMPACT
from native.surface.crossed import CHAT_ENDPOINT, RESPONSES_ENDPOINT, responses_by_chat, speaks_only
from native.surface.routes import Doc, Route, answer
from native.surface.turns import at_once, body_of, client_of, streaming
from native.wire import patch
from native.wire.fields import fields
from native.wire.loose import MISSING
from native.wire.openai_responses import RESPONSES

if TYPE_CHECKING:
    from native.service import Service

NO_STREAM = {"error": {"message": "Streaming not supported for compact responses", "type": "invalid_request_error"}}


async def responses(request: web.Request, service: "Service") -> web.StreamResponse:
    """A turn."""
    raw = await body_of(request)
    seen = fields(raw)
    if isinstance(seen.tree, dict) and speaks_only(service, seen.model, CHAT_ENDPOINT, RESPONSES_ENDPOINT):
        return await responses_by_chat(request, service, seen.tree, seen.model, stream=seen.stream is True)
    ask = Ask(seen.model, "openai-response", raw, client_of(request), spare=seen.spare)
    if seen.stream is True:
        return await streaming(request, service, ask, RESPONSES)
    return await at_once(request, service, service.exchange.whole(ask), patient=True)


async def compact(request: web.Request, service: "Service") -> web.StreamResponse:
    """A conversation to make shorter."""
    raw = await body_of(request)
    seen = fields(raw)
    if seen.stream is True:
        return answer(orjson.dumps(NO_STREAM), 400)
    if seen.stream is not MISSING:
        raw = patch.drop(raw, b"stream")
    ask = Ask(seen.model, "openai-response", raw, client_of(request), COMPACT)
    return await at_once(request, service, service.exchange.whole(ask), patient=True)


RESPONSE = Doc("ResponseRequest", "Response", streams=True)
COMPACTED = Doc("ResponseRequest", "Response")

ROUTES = [
    Route("POST", "/v1/responses", responses, doc=RESPONSE),
    Route("POST", "/v1/responses/compact", compact, doc=COMPACTED),
]
