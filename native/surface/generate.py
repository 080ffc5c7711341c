"""`/v1beta/models…`: Gemini's turns, counts and lists."""

from typing import TYPE_CHECKING

import orjson
from aiohttp import web

from native.exchange import Ask
from native.surface.routes import CORS, Doc, Route, answer
from native.surface.turns import STREAM, alt_of, at_once, body_of, client_of, streaming
from native.surface.visit import VISIT
from native.wire import gemini

if TYPE_CHECKING:
    from native.service import Service

NOT_FOUND = {"error": {"message": "Not Found", "type": "not_found"}}


async def act(request: web.Request, service: "Service") -> web.StreamResponse:
    """`POST /v1beta/models/{model}:{action}`."""
    parts = request[VISIT].parts["action"].removeprefix("/").split(":")
    if len(parts) != 2:
        error = {"message": f"{request.path} not found.", "type": "invalid_request_error"}
        return answer(orjson.dumps({"error": error}), 404)
    model, action = parts
    raw = await body_of(request)
    alt = alt_of(request)
    ask = Ask(model, "gemini", raw, client_of(request), alt)
    match action:
        case "generateContent":
            return await at_once(request, service, service.exchange.whole(ask), patient=True)
        case "streamGenerateContent":
            if alt:
                return await streaming(request, service, ask, gemini.GEMINI_PLAIN, content=None)
            return await streaming(request, service, ask, gemini.GEMINI, content=STREAM)
        case "countTokens":
            return await at_once(request, service, service.exchange.count(ask))
    return web.Response(headers=dict(CORS))


async def models(_request: web.Request, service: "Service") -> web.StreamResponse:
    """`GET /v1beta/models`."""
    return answer(orjson.dumps(gemini.listed(service.kit.models.available(service.kit.clock.now()))))


async def model(request: web.Request, service: "Service") -> web.StreamResponse:
    """`GET /v1beta/models/{model}`."""
    name = request[VISIT].parts["action"].removeprefix("/")
    found = gemini.one(service.kit.models.available(service.kit.clock.now()), name)
    return answer(orjson.dumps(found)) if found else answer(orjson.dumps(NOT_FOUND), 404)


LIST = Doc(gives="GeminiModels")
MODEL = Doc(gives="GeminiModel")
GENERATED = Doc("GenerateRequest", "Generated", query=("alt",), streams=True)

ROUTES = [
    Route("GET", "/v1beta/models", models, doc=LIST),
    Route("POST", "/v1beta/models/*action", act, doc=GENERATED),
    Route("GET", "/v1beta/models/*action", model, doc=MODEL),
]
