"""Amp's own server behind this one: its control plane, and the models that nobody here serves.

Laws: nothing that proves who a client is here goes there, in headers or in the query; what it is told instead is the
key that the owner keeps for that client, or for all; no browser's page of another origin may use the control plane.
"""

from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from aiohttp import web

from native.access import Denied
from native.config import AmpCode
from native.logs.record import teed
from native.proxies import proxy_for
from native.surface.passthrough import HOP, relayed
from native.surface.routes import CORS, Answer, answer
from native.surface.visit import VISIT
from native.upstream import NO_AGENT, Headers, UpstreamError, UpstreamRequest, UpstreamResponse
from native.wire.codings import decoder_for

if TYPE_CHECKING:
    from native.service import Service

PROVING = frozenset({"authorization", "x-api-key", "x-goog-api-key"})
TELLING = frozenset(
    [
        *(f"x-forwarded-{what}" for what in ("for", "host", "proto", "port")),
        *("x-real-ip", "forwarded", "via", "x-title", "http-referer", "referer", "priority", "accept-encoding"),
        *(f"x-stainless-{what}" for what in ("lang", "package-version", "os", "arch", "runtime", "runtime-version")),
        *("sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform"),
        *("sec-fetch-mode", "sec-fetch-site", "sec-fetch-dest"),
    ]
)
"""Headers that say who the client is, or what stands between."""
KEYS = ("key", "auth_token")
OPEN = ("/threads", "/auth", "/docs", "/settings")
"""Pages that need no client key; a browser asks for them."""
NO_UPSTREAM = b'{"error":"amp upstream proxy not available"}'
NOT_HERE = b'{"error":"Access denied: management routes restricted to localhost"}'
UNREACHABLE = b'{"error":"amp_upstream_proxy_error","message":"Failed to reach Amp upstream"}'
LOCAL = ("127.", "::1")
JSON = {"Content-Type": "application/json; charset=utf-8"}
_GZIP = b"\x1f\x8b"


async def control(request: web.Request, service: "Service") -> web.StreamResponse:
    """Amp's control plane."""
    if not service.config.ampcode.upstream_url.strip():
        return answer(NO_UPSTREAM, 503)
    return await admitted(request, service, _controlled)


async def admitted(request: web.Request, service: "Service", inner: Answer) -> web.StreamResponse:
    """An endpoint beside the control plane: for clients with a key, and from afar only where the owner lets them."""
    if service.config.ampcode.restrict_management_to_localhost and not (request.remote or "").startswith(LOCAL):
        return web.Response(body=NOT_HERE, status=403, headers=JSON)
    if not _open(request.path):
        try:
            request[VISIT].key = service.access.check(request.headers, request.query)
        except Denied as denied:
            return web.Response(body=b'{"error":"%s"}' % str(denied).encode(), status=401, headers=JSON)
    return await inner(request, service)


async def _controlled(request: web.Request, service: "Service") -> web.StreamResponse:
    return await forwarded(request, service, await request.read(), cors=False)


def _open(path: str) -> bool:
    return any(path == page or path.startswith(f"{page}/") for page in OPEN)


async def forwarded(request: web.Request, service: "Service", raw: bytes, *, cors: bool = True) -> web.StreamResponse:
    """Ask Amp's server, and answer what it answers.

    Args:
        request: The client's.
        service: Who serves.
        raw: The body to send.
        cors: Whether pages of other origins may read the answer.
    """
    key, own = request[VISIT].key, CORS if cors else {}
    url = address(service.config.ampcode.upstream_url, request.raw_path, key)
    sent = UpstreamRequest(request.method, url, _headers(request, service, key), raw, proxy_for("", url))
    try:
        found = await service.kit.upstream.send(sent)
        whole = await _unpacked(found)
    except UpstreamError:
        return web.Response(body=UNREACHABLE, status=502, headers={**own, "Content-Type": "application/json"})
    response = web.StreamResponse(status=found.status, headers=own)
    for name, value in found.headers:
        if name.lower() not in HOP or (name.lower() == "content-length" and whole is None):
            response.headers.add(name, value)
    if whole is None:
        return await relayed(request, response, found)
    found.close()
    response.content_length = len(whole)
    await response.prepare(request)
    await teed(request, response)(whole)
    await response.write_eof()
    return response


async def _unpacked(found: UpstreamResponse) -> bytes | None:
    """The body of a success that is no stream and names no coding, gzip undone; None where it goes on as it comes."""
    said = {name.lower(): value for name, value in found.headers}
    if (
        not 200 <= found.status < 300
        or "text/event-stream" in said.get("content-type", "")
        or "content-encoding" in said
    ):
        return None
    body = await found.read()
    undo = decoder_for("gzip") if body.startswith(_GZIP) else None
    if undo is not None:
        with suppress(ValueError):
            return undo.feed(body) + undo.finish()
    return body


def address(upstream: str, asked: str, key: str) -> str:
    """Where a path that was asked for here lies there, without the client's own key."""
    base, path = urlsplit(upstream.strip()), urlsplit(f"http://here{asked}")
    query = path.query
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if name not in KEYS or value != key]
    if key and len(kept) < len(pairs):
        query = urlencode(sorted(kept, key=lambda pair: pair[0]))
    both = "&".join(filter(None, (base.query, query)))
    return urlunsplit((base.scheme, base.netloc, f"{base.path.rstrip('/')}{path.path}", both, ""))


def _headers(request: web.Request, service: "Service", key: str) -> Headers:
    """What a client's request bears there."""
    left_out = HOP | PROVING | TELLING
    kept = [(name, value) for name, value in request.headers.items() if name.lower() not in left_out]
    if "User-Agent" not in request.headers:
        kept.append(NO_AGENT)
    if "trailers" in request.headers.get("Te", ""):
        kept.append(("Te", "trailers"))
    kept.append(("X-Forwarded-For", request.remote or ""))
    if secret := secret_of(service.config.ampcode, key) or service.settings.amp_api_key:
        kept += [("X-Api-Key", secret), ("Authorization", f"Bearer {secret}")]
    return kept


def secret_of(config: AmpCode, key: str) -> str:
    """The key that Amp's server is told for a client."""
    for entry in config.upstream_api_keys:
        if key and key in (one.strip() for one in entry.api_keys) and entry.upstream_api_key.strip():
            return entry.upstream_api_key.strip()
    return config.upstream_api_key.strip()
