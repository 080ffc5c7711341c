"""`/openapi.json`: what this server can be asked, for programs that read such documents.

Law: who does not ask for it does not pay for it.
"""

from typing import TYPE_CHECKING

from aiohttp import web

from native.surface.routes import Doc, Route, answer

if TYPE_CHECKING:
    from native.service import Service


async def openapi(_request: web.Request, _service: "Service") -> web.StreamResponse:
    """`GET /openapi.json`."""
    from native import surface  # noqa: PLC0415 - it collects this module itself
    from native.apidoc.document import bytes_of  # noqa: PLC0415 - few ever ask

    return answer(bytes_of(surface.collect()))


ROUTES = [Route("GET", "/openapi.json", openapi, keyed=False, doc=Doc(gives="Document"))]
