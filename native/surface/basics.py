"""The root, the list of models, and Claude Code's telemetry, which is thanked for and dropped."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import orjson
from aiohttp import web

from native.settings import PAGE
from native.surface.routes import CORS, Doc, Route, answer
from native.wire import claude, openai_chat

if TYPE_CHECKING:
    from native.service import Service

ROOT = orjson.dumps(
    {
        "message": "CLI Proxy API Server",
        "endpoints": ["POST /v1/chat/completions", "POST /v1/completions", "GET /v1/models"],
    }
)


async def root(_request: web.Request, _service: "Service") -> web.StreamResponse:
    """`GET /`."""
    return answer(ROOT)


async def openai_models(_request: web.Request, service: "Service") -> web.StreamResponse:
    """The list of models in OpenAI's shape."""
    return answer(orjson.dumps(openai_chat.listed(service.kit.models.available(service.kit.clock.now()))))


async def claude_models(_request: web.Request, service: "Service") -> web.StreamResponse:
    """The list of models in Claude's shape."""
    return answer(orjson.dumps(claude.listed(service.kit.models.available(service.kit.clock.now()))))


async def models(request: web.Request, service: "Service") -> web.StreamResponse:
    """`GET /v1/models`, in Claude's shape for Claude Code."""
    claude_code = request.headers.get("User-Agent", "").startswith("claude-cli")
    return await (claude_models if claude_code else openai_models)(request, service)


async def telemetry(_request: web.Request, _service: "Service") -> web.StreamResponse:
    """`POST /api/event_logging/batch`."""
    return answer(b'{"status":"ok"}')


async def panel(request: web.Request, service: "Service") -> web.StreamResponse:
    """`GET /management.html`: the control panel, where there is one beside the configuration; none is ever fetched."""
    file = service.stores.config_file
    page = service.settings.panel or (file.parent / "static" / PAGE if file else None)
    if service.config.remote_management.disable_control_panel or page is None or not page.is_file():
        return web.Response(status=404, headers=CORS)
    written = datetime.fromtimestamp(int(page.stat().st_mtime), UTC)
    kind = {"Content-Type": "text/html; charset=utf-8", "Accept-Ranges": "bytes"}
    known = request.if_modified_since
    if known is not None and known >= written:
        response = web.Response(status=304, headers=CORS)
    else:
        response = web.Response(body=page.read_bytes(), headers={**CORS, **kind})
    response.last_modified = written
    return response


ROUTES = [
    Route("GET", "/management.html", panel, keyed=False, doc=Doc(media="text/html")),
    Route("GET", "/", root, keyed=False),
    Route("GET", "/v1/models", models, doc=Doc(gives="Models")),
    Route("POST", "/api/event_logging/batch", telemetry, keyed=False),
]
