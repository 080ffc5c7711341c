"""`/{provider}/callback`: where a browser comes back to after a log-in.

Law: the page says the same whatever came; only a log-in that waits for this state is told of it.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from aiohttp import web

from native.log_ins.sessions import Returned
from native.surface.management.log_ins import log_ins_of
from native.surface.routes import Doc, Route, answer

if TYPE_CHECKING:
    from native.service import Service

PAGE = (
    b'<html><head><meta charset="utf-8"><title>Authentication successful</title><script>setTimeout(function(){'
    b"window.close();},5000);</script></head><body><h1>Authentication successful!</h1><p>You can close this window.</p>"
    b"<p>This window will close automatically in 5 seconds.</p></body></html>"
)
PAGED = Doc(query=("state", "code", "error", "error_description"), media="text/html")
PROVIDERS = {
    "anthropic": "anthropic",
    "codex": "codex",
    "gitlab": "gitlab",
    "google": "gemini",
    "iflow": "iflow",
    "antigravity": "antigravity",
    "kiro": "kiro",
}
"""The provider that a path's name means."""


def _page(provider: str) -> Callable[[web.Request, "Service"], Awaitable[web.StreamResponse]]:
    async def returned(request: web.Request, service: "Service") -> web.StreamResponse:
        query = request.query
        state = query.get("state", "")
        error = query.get("error", "") or query.get("error_description", "")
        if state:
            returned = Returned(query.get("code", "").strip(), error.strip())
            log_ins_of(service).sessions.bring(provider, state, returned)
        return answer(PAGE, content_type="text/html; charset=utf-8")

    return returned


ROUTES = [
    Route("GET", f"/{name}/callback", _page(provider), keyed=False, family="login", doc=PAGED)
    for name, provider in PROVIDERS.items()
]
