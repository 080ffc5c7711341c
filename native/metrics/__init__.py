"""Native's own `/metrics`, where `QUOTIO_METRICS` asks for it: what Prometheus is told of requests and credentials.

Laws: nothing of this is loaded, and no request is counted, where it was not asked for; only who is on this machine and
asks it by a name of this machine is told, anybody else sees what an unknown path shows; no key, address or name of a
person is told.
"""

from time import perf_counter

from aiohttp import web

from native.logs.logs import Answering
from native.logs.record import TRACE
from native.metrics.exposition import CONTENT_TYPE, written
from native.metrics.standing import standing
from native.metrics.traffic import Traffic
from native.service import Service
from native.surface.routes import Routes

PATH = "/metrics"
PEERS = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})
NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
"""Another name is one that somebody pointed at this machine: a browser would read it on their behalf."""


def metered(answering: Answering, service: Service, routes: Routes) -> Answering:
    """What answers requests, counted, and `/metrics` before it."""
    traffic = Traffic()

    async def counting(request: web.Request) -> web.StreamResponse:
        if request.path == PATH and request.method == "GET" and _near(request):
            return _told(service, traffic)
        found = routes.find(request.method, request.path)
        endpoint = found[0].name if found else "other"
        began, status = perf_counter(), 0
        try:
            response = await answering(request)
            status = response.status
            return response
        finally:
            trace = request.get(TRACE)
            failed = status >= 400 or (trace is not None and trace.failure is not None)
            traffic.count(endpoint, status, perf_counter() - began, failed=failed)

    return counting


def _near(request: web.Request) -> bool:
    host = request.headers.get("Host", "").lower()
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    return request.remote in PEERS and name in NAMES


def _told(service: Service, traffic: Traffic) -> web.Response:
    text = written([*standing(service), *traffic.families()])
    return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE})
