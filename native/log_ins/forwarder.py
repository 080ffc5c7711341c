"""The port that a provider sends a browser back to, which sends it on to the server.

Providers know only the addresses that an application was registered with, on fixed ports. Law: it listens on this
machine alone, and does nothing but send on.
"""

from aiohttp import web

LOOPBACK = "127.0.0.1"


class Forwarder:
    """One such port.

    Args:
        port: The port.
        target: Where browsers are sent, their query behind it.
    """

    def __init__(self, port: int, target: str) -> None:
        self._port = port
        self._target = target
        self._runner = web.ServerRunner(web.Server(self._sent_on), shutdown_timeout=1)

    async def _sent_on(self, request: web.BaseRequest) -> web.Response:
        query = f"?{request.query_string}" if request.query_string else ""
        return web.Response(status=302, headers={"Location": self._target + query, "Cache-Control": "no-store"})

    async def open(self) -> None:
        """Listen. Raises `OSError` where the port is taken."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, LOOPBACK, self._port).start()
        except OSError:
            await self._runner.cleanup()
            raise

    async def close(self) -> None:
        """Listen no more."""
        await self._runner.cleanup()
