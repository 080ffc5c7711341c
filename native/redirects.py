"""Redirects of a provider, followed as Go's client follows them.

Everything that says where a redirect leads lives here. Laws: 307 and 308 send the request again as it was, 301, 302 and
303 ask with GET and without the body; no more than ten requests are sent; what proves who we are stays with the
host it was meant for, keys in headers of a provider's own among it, where Go would let those go along.
"""

from dataclasses import replace
from urllib.parse import urljoin, urlsplit, urlunsplit

from native.upstream import Upstream, UpstreamError, UpstreamRequest, UpstreamResponse
from native.wire.address import asked

MOST = 10
AGAIN = frozenset({307, 308})
ELSEWHERE = AGAIN | {301, 302, 303}
SECRETS = frozenset({"authorization", "cookie", "x-api-key", "x-goog-api-key", "proxy-authorization"})
OF_THE_BODY = frozenset({"content-encoding", "content-language", "content-location", "content-type"})


async def send(upstream: Upstream, request: UpstreamRequest) -> UpstreamResponse:
    """Send a request and follow where its answers lead. Raises `UpstreamError`."""
    request = _spelled(request)
    answer, first, sent = await upstream.send(request), request, 1
    while answer.status in ELSEWHERE:
        target = next((value for name, value in answer.headers if name.lower() == "location"), "")
        if not target:
            break
        answer.close()
        if sent == MOST:
            raise UpstreamError(f'{first.method.capitalize()} "{request.url}": stopped after {MOST} redirects')
        request = _redirected(request, first, answer.status, target)
        answer = await upstream.send(request)
        sent += 1
    return answer


def _spelled(request: UpstreamRequest) -> UpstreamRequest:
    """A request to its address as it is asked for; whoever that names is in a header, where nobody else is."""
    try:
        url, who = asked(request.url)
    except ValueError as error:
        raise UpstreamError(f'parse "{request.url}": {error}') from error
    if url == request.url:
        return request
    named = who and not any(name.lower() == "authorization" and value for name, value in request.headers)
    return replace(request, url=url, headers=[*request.headers, ("Authorization", who)] if named else request.headers)


def _redirected(request: UpstreamRequest, first: UpstreamRequest, status: int, target: str) -> UpstreamRequest:
    """The request that a redirect asks for."""
    url = urljoin(request.url, target)
    if urlsplit(url).scheme not in ("http", "https"):
        raise UpstreamError(f'{first.method.capitalize()} "{url}": unsupported protocol scheme')
    dropped = {"referer"}
    method, body = request.method, request.body
    if status not in AGAIN:
        method, body = ("HEAD" if method == "HEAD" else "GET"), b""
        dropped |= OF_THE_BODY
    bared = request.url.startswith("https:") and url.startswith("http:")
    if bared or not _within(urlsplit(url).hostname or "", urlsplit(first.url).hostname or ""):
        dropped |= SECRETS
    headers = [(name, value) for name, value in request.headers if name.lower() not in dropped]
    if not bared:
        headers.append(("Referer", _bare(request.url)))
    return _spelled(replace(request, method=method, url=url, headers=headers, body=body))


def _within(host: str, first: str) -> bool:
    """Whether a host is the first one, or under it."""
    return host == first or host.endswith(f".{first}")


def _bare(url: str) -> str:
    """An address without who asks."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment=""))
