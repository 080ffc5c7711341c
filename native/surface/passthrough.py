"""What native has no handler for, sent on to the legacy.

Laws: transparent: the same method, path, headers and body there, the same status, headers and chunks back; nothing is
held back.
"""

from typing import TYPE_CHECKING

from aiohttp import web

from native.failure import Failure
from native.logs.record import teed
from native.surface.turns import refused
from native.upstream import UpstreamError, UpstreamRequest, UpstreamResponse

if TYPE_CHECKING:
    from native.service import Service

HOP = frozenset(
    [
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "content-length",
        "host",
    ]
)
"""Headers that belong to one connection."""


async def forwarded(request: web.Request, service: "Service") -> web.StreamResponse:
    """Ask the legacy, and answer what it answers."""
    url = f"http://127.0.0.1:{service.settings.cli_proxy_port}{request.raw_path}"
    headers = [(k, v) for k, v in request.headers.items() if k.lower() not in HOP]
    try:
        answer = await service.kit.upstream.send(UpstreamRequest(request.method, url, headers, await request.read()))
    except UpstreamError as error:
        return refused(request, Failure(f"the legacy does not answer: {error}", 502), service)
    response = web.StreamResponse(status=answer.status)
    for name, value in answer.headers:
        if name.lower() not in HOP:
            response.headers.add(name, value)
    return await relayed(request, response, answer)


async def relayed(request: web.Request, response: web.StreamResponse, answer: UpstreamResponse) -> web.StreamResponse:
    """Pass a body on as it comes; where it breaks off, so does the client's connection."""
    await response.prepare(request)
    write = teed(request, response)
    try:
        async for data in answer.chunks():
            await write(data)
    except UpstreamError:
        if request.transport is not None:
            request.transport.close()
        return response
    finally:
        answer.close()
    await response.write_eof()
    return response
