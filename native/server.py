"""The server: a service behind aiohttp.

Everything about being an HTTP server lives here: which endpoint a request belongs to, its key, what has no endpoint.
Law: when `build` returns, every model is registered; nothing is learnt after the first client came.
"""

import asyncio
from functools import cache
from html import escape

from aiohttp import web

from native import surface
from native.access import Denied
from native.config import Config
from native.counters import Counters
from native.logs.logs import CLIENT_LEFT, Answering
from native.service import Service
from native.settings import Settings
from native.stores import Stores
from native.surface.passthrough import forwarded
from native.surface.routes import CORS, Routes, answer, not_found
from native.surface.visit import VISIT, Visit
from native.turn import Clock, Ids
from native.upstream import Upstream

SERVICE = web.AppKey("service", Service)
HANDLER: web.AppKey[Answering] = web.AppKey("handler")
"""Who answers every request: what an application's one route leads to."""


@cache
def declared() -> Routes:
    """Every endpoint that native has, for finding a request's. Raises `RouteError`."""
    return Routes(surface.collect())


def build(
    config: Config,
    *,
    upstream: Upstream,
    clock: Clock,
    ids: Ids,
    stores: Stores,
    settings: Settings | None = None,
    counters: Counters | None = None,
) -> web.Application:
    """The application that answers as the legacy does.

    Args:
        config: What `config.yaml` says.
        upstream: How providers are reached; closed with the application.
        clock: The time.
        ids: Made-up identifiers.
        stores: Where files are.
        settings: What the environment says; read from it where left out.
        counters: Where turns are counted; this process's own where left out.

    Raises:
        DeclarationError: A provider's or pair's module is broken.
        RouteError: A module of endpoints is.
    """
    service = Service(
        config, upstream=upstream, clock=clock, ids=ids, stores=stores, settings=settings, counters=counters
    )
    routes = declared()
    app = web.Application(client_max_size=0)
    app[SERVICE] = service

    async def answering(request: web.Request) -> web.StreamResponse:
        return await _answer(request, service, routes)

    async def dispatch(request: web.Request) -> web.StreamResponse:
        logs = service.logs
        if logs.full:
            return await logs.recorded(request, answering)
        trace = logs.trace(request)
        try:
            response = await _answer(request, service, routes)
        except asyncio.CancelledError:  # the client did not wait
            logs.note(request, trace, CLIENT_LEFT)
            raise
        logs.note(request, trace, response.status)
        if response.status >= 400 or trace.failure is not None:
            await logs.failed(request, trace, response)
        return response

    handler: Answering = dispatch
    if service.settings.metrics:
        from native.metrics import metered  # noqa: PLC0415  # few ask for it

        handler = metered(dispatch, service, routes)
    app[HANDLER] = handler
    app.router.add_route("*", "/{path:.*}", handler)
    app.on_startup.append(service.start)
    app.on_shutdown.append(service.leave)
    app.on_cleanup.append(service.close)
    return app


async def _answer(request: web.Request, service: Service, routes: Routes) -> web.StreamResponse:
    method = request.method
    if method == "OPTIONS":
        return web.Response(status=204, headers=CORS)
    found = routes.find(method, request.path)
    if found is None:
        return await _elsewhere(request, service, routes)
    route, parts = found
    key = ""
    if route.keyed:
        try:
            key = service.access.check(request.headers, request.query if request.query_string else {})
        except Denied as denied:
            return answer(b'{"error":"%s"}' % str(denied).encode(), 401)
    request[VISIT] = Visit(route.name, key, parts)
    return await route.answer(request, service)


async def _elsewhere(request: web.Request, service: Service, routes: Routes) -> web.StreamResponse:
    """What no endpoint answers: sent on to the legacy where there is one, or to the path with the right slash."""
    other = routes.slashed(request.method, request.path)
    if other is not None and request.path != "/":
        return _sent_on(request.method, other + (f"?{request.query_string}" if request.query_string else ""))
    if service.settings.passthrough_enabled and service.settings.cli_proxy_port:
        return await forwarded(request, service)
    return not_found()


def _sent_on(method: str, target: str) -> web.Response:
    if method != "GET":
        return web.Response(status=307, headers={"Location": target})
    page = f'<a href="{escape(target)}">Moved Permanently</a>.\n\n'
    return web.Response(text=page, status=301, headers={"Location": target, "Content-Type": "text/html; charset=utf-8"})
