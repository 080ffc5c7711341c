"""The guard: who may ask the page for anything.

Everything that refuses a request lives here, in the order in which it is asked. Laws: only loopback names are answered
to, so that no name of somebody else's can be pointed here; what another origin's page sends is refused whatever it
carries; every answer of data needs the session's cookie and its token; every answer, refusals too, carries the headers
that keep a browser from running or framing what is not ours.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

from shim.page.asked import AskedError
from shim.page.visitors import Visitors

TOKEN = "X-Page-Token"  # noqa: S105  # a header's name
API = "/api/"
OPEN_API = frozenset(["/api/login"])
NAMES = ("127.0.0.1", "localhost", "[::1]")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}

type Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def cookie_name(port: int) -> str:
    """The session cookie's name; cookies know no ports, so that of two installations each needs its own."""
    return f"shim_page_{port}"


class Guard:
    """Stands before every route.

    Args:
        port: The one that the page is served on.
        visitors: Who is logged in.
    """

    def __init__(self, port: int, visitors: Visitors) -> None:
        self.port, self.visitors = port, visitors
        self.hosts = frozenset(f"{name}:{port}" for name in NAMES)

    def refusal(self, request: web.Request) -> tuple[int, str] | None:
        """Why a request is refused, with its status; None where it may pass."""
        host = request.headers.get("Host", "").lower()
        if host not in self.hosts:
            return 421, f"this page answers to http://127.0.0.1:{self.port} only"
        if self._is_foreign(request, host):
            return 403, "another origin's page may not ask this one"
        if not request.path.startswith(API) or request.path in OPEN_API:
            return None
        visitor = self.visitors.find(request.cookies.get(cookie_name(self.port), ""))
        if visitor is None or not visitor.is_told_by(request.headers.get(TOKEN, "")):
            return 401, "log in with the page's key"
        return None

    @staticmethod
    def _is_foreign(request: web.Request, host: str) -> bool:
        """Whether a browser says, or may hide, that somebody else's page asks."""
        origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
        if origin is not None and origin.lower() != f"http://{host}":
            return True
        if request.method not in ("GET", "HEAD"):
            return origin is None or site not in (None, "same-origin")
        if site in (None, "same-origin", "none"):
            return False
        # A link to the page may stand anywhere; a frame, an image or a script of it may not.
        walks_in = request.headers.get("Sec-Fetch-Mode") == "navigate" and request.path == "/"
        return not (walks_in and request.headers.get("Sec-Fetch-Dest") == "document")

    @web.middleware
    async def middleware(self, request: web.Request, handler: Answer) -> web.StreamResponse:
        """Refuse, or let answer; what was asked wrongly is answered in words."""
        refused = self.refusal(request)
        if refused is not None:
            return web.json_response({"error": refused[1]}, status=refused[0])
        try:
            return await handler(request)
        except AskedError as error:
            return web.json_response({"error": str(error)}, status=error.status, headers=error.headers)
        except web.HTTPException as error:
            return web.json_response({"error": error.reason}, status=error.status)


async def protect(_request: web.Request, response: web.StreamResponse) -> None:
    """Put the headers on an answer, before its first byte."""
    response.headers.update(HEADERS)
