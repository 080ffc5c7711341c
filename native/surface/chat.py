"""`POST /v1/chat/completions` and `POST /v1/completions`."""

from functools import partial
from typing import TYPE_CHECKING

from aiohttp import web

from native.exchange import Ask
from native.surface.crossed import (
    CHAT_ENDPOINT,
    RESPONSES_ENDPOINT,
    as_chat,
    chat_by_responses,
    is_responses,
    speaks_only,
)
from native.surface.routes import Doc, Route
from native.surface.turns import alt_of, at_once, body_of, client_of, streaming
from native.wire import openai_completions as completions
from native.wire.fields import fields
from native.wire.openai_chat import CHAT

if TYPE_CHECKING:
    from native.service import Service


async def chat(request: web.Request, service: "Service") -> web.StreamResponse:
    """A turn of chat."""
    raw = await body_of(request)
    seen = fields(raw)
    if isinstance(seen.tree, dict):
        stream = seen.stream is True
        if speaks_only(service, seen.model, RESPONSES_ENDPOINT, CHAT_ENDPOINT):
            return await chat_by_responses(request, service, seen.tree, seen.model, stream=stream)
        if is_responses(seen.tree):
            raw = as_chat(seen.tree, service, seen.model, stream=stream)
            seen = fields(raw)
    ask = Ask(seen.model, "openai", raw, client_of(request), alt_of(request), seen.spare)
    if seen.stream is True:
        return await streaming(request, service, ask, CHAT)
    return await at_once(request, service, service.exchange.whole(ask))


async def complete(request: web.Request, service: "Service") -> web.StreamResponse:
    """A prompt to complete: a turn of chat in other clothes."""
    raw = await body_of(request)
    dialect = service.config.dialect
    turned = completions.as_chat(raw, dialect)
    ask = Ask(fields(turned).model, "openai", turned, client_of(request))
    if fields(raw).stream is True:
        rewrite = partial(completions.chunk, dialect=dialect)
        return await streaming(request, service, ask, completions.COMPLETIONS, rewrite=rewrite)
    return await at_once(request, service, service.exchange.whole(ask), completions.whole, patient=True)


CHATTED = Doc("ChatRequest", "ChatCompletion", streams=True)
COMPLETED = Doc("CompletionRequest", "Completion", streams=True)

ROUTES = [
    Route("POST", "/v1/chat/completions", chat, doc=CHATTED),
    Route("POST", "/v1/completions", complete, doc=COMPLETED),
]
