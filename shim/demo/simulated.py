"""A stand-in for the binary: it plays golden recordings, calls to providers included. `python -m shim.demo.simulated`.

It is started as the binary would be (`--config FILE`), listens where its configuration says, and sends each recorded
call through the configuration's `proxy-url`, trusting SSL_CERT_FILE. With SHIM_DEMO_IMPERFECT naming a path, it says
something else there than was recorded, so that there is a difference to find.
"""

import argparse
import asyncio
import ssl
import sys
from collections.abc import Sequence
from pathlib import Path

import aiohttp
import yaml
from aiohttp import web
from aiohttp_socks import ProxyConnector
from yarl import URL

from shim.demo.script import Script, golden
from shim.exchange import Interaction, Request, Response
from shim.settings import environment

IMPERFECT = "SHIM_DEMO_IMPERFECT"
_OWN = frozenset(["content-length", "transfer-encoding", "connection", "host", "date"])


class Simulated:
    """The stand-in.

    Args:
        script: What was recorded.
        proxy: The configuration's `proxy-url`.
        imperfect: A path whose answers are spoilt, or empty.
        trusted: A file of the authorities that providers are verified by; the system's where there is none.
    """

    def __init__(self, script: Script, proxy: str, imperfect: str = "", trusted: str | None = None) -> None:
        self._script, self._proxy, self._imperfect, self._trusted = script, proxy, imperfect, trusted
        self._session: aiohttp.ClientSession | None = None

    def application(self) -> web.Application:
        """The aiohttp application."""
        app = web.Application(client_max_size=1 << 30)
        app.router.add_route("*", "/{path:.*}", self._answer)
        app.on_cleanup.append(self._close)
        return app

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        asked = Request(request.method, request.path_qs, (), await request.read())
        found = self._script.answer(asked)
        if found is None or found.response is None:
            return web.Response(status=404, text="404 page not found")
        for call in found.upstream:
            await self._call(call)
        return await self._play(request, found.response)

    async def _call(self, recorded: Interaction) -> None:
        """Send a recorded call through the proxy and read its answer to the end."""
        request = recorded.request
        headers = [(k, v) for k, v in request.headers if k.lower() not in _OWN]
        async with self._client().request(
            request.method, URL(request.url, encoded=True), data=request.body or None, headers=headers
        ) as got:
            await got.read()

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            trust = ssl.create_default_context(cafile=self._trusted)
            connector = ProxyConnector.from_url(self._proxy, rdns=True, ssl=trust)
            skipped = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
            self._session = aiohttp.ClientSession(connector=connector, auto_decompress=False, skip_auto_headers=skipped)
        return self._session

    async def _play(self, request: web.Request, recorded: Response) -> web.StreamResponse:
        headers = [(k, v) for k, v in recorded.headers if k.lower() not in _OWN]
        response = web.StreamResponse(status=recorded.status, headers=headers)
        body = recorded.body
        if self._imperfect and request.path == self._imperfect:
            body = body.replace(b"Hello", b"Howdy")
        pieces = [p + b"\n\n" for p in body.split(b"\n\n") if p] if body.startswith((b"data:", b"event:")) else [body]
        if len(pieces) == 1:
            response.content_length = len(body)
            pieces = [body]
        await response.prepare(request)
        for piece in pieces:
            await response.write(piece)
            await asyncio.sleep(0.002 if len(pieces) > 1 else 0)
        await response.write_eof()
        return response

    async def _close(self, _app: web.Application) -> None:
        if self._session is not None:
            await self._session.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m shim.demo.simulated", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--config", type=Path, required=True)
    asked, _ignored = parser.parse_known_args(arguments)
    tree = yaml.safe_load(asked.config.read_text(encoding="utf-8"))
    told = environment()
    proxy, imperfect, trusted = str(tree.get("proxy-url") or ""), told.get(IMPERFECT, ""), told.get("SSL_CERT_FILE")
    stand_in = Simulated(Script(golden()), proxy, imperfect, trusted)
    web.run_app(stand_in.application(), host="127.0.0.1", port=int(tree["port"]), print=None, access_log=None)
    return 0


if __name__ == "__main__":
    sys.exit(main())
