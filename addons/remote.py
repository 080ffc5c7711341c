"""Clients from other machines: what the legacy refuses them it still refuses behind the front.

Everything that is told by a client's address lives here. Law: the legacy sees every request come from loopback; what
it keeps for loopback alone must not become everybody's by that.
"""

import ipaddress
import json
from collections.abc import Callable, Mapping

from mitmproxy import http

LOCAL_ONLY = ("/v1internal",)
AMP = ("/api/", "/threads", "/docs", "/settings", "/news.rss", "/auth")
NOT_AMP = ("/api/provider/", "/api/event_logging/")
CLI_REFUSAL = {"error": {"message": "CLI reply only allow local access", "type": "forbidden"}}
AMP_REFUSAL = {"error": "Access denied: management routes restricted to localhost"}


class Remote:
    """Says who is not local.

    Args:
        amp_is_local: Whether the configuration keeps Amp's management for loopback.
    """

    def __init__(self, amp_is_local: Callable[[], bool]) -> None:
        self._amp_is_local = amp_is_local

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Mark, or refuse, what comes from another machine."""
        peer = flow.client_conn.peername[0] if flow.client_conn.peername else ""
        if is_loopback(peer):
            return
        path = flow.request.path
        if path.startswith(LOCAL_ONLY):
            self._refuse(flow, CLI_REFUSAL)
        elif path.startswith(AMP) and not path.startswith(NOT_AMP) and self._amp_is_local():
            self._refuse(flow, AMP_REFUSAL)
        elif "x-forwarded-for" not in flow.request.headers:
            # The legacy believes this header, whoever sends it; without it every client would be a local one.
            flow.request.headers["X-Forwarded-For"] = peer

    def _refuse(self, flow: http.HTTPFlow, body: Mapping[str, object]) -> None:
        flow.request.stream = False
        flow.response = http.Response.make(403, json.dumps(body), {"Content-Type": "application/json; charset=utf-8"})


def is_loopback(address: str) -> bool:
    """Whether this is an address of the machine itself."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback
