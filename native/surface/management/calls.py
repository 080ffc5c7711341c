"""Calls that the owner makes through the server: any address with a log-in's token, and which release is the newest.

Law: a token goes nowhere but into the headers that ask for it.
"""

from typing import Any
from urllib.parse import urlsplit

import orjson
from aiohttp import web

from native import redirects
from native.credentials.account import index_of
from native.credentials.credential import Credential
from native.proxies import proxy_for
from native.surface.management.call import Call, RefusedError, route, told
from native.surface.management.keys import read
from native.surface.management.kinds import NUMBER, TEXT, TEXTS, Field, Map, Optional, Shape
from native.surface.routes import Doc
from native.upstream import UpstreamError, UpstreamRequest
from native.wire.loose import parse

REQUEST = Shape(
    *(Field(name, Optional(TEXT)) for name in ("auth_index", "authIndex")),
    *(Field(name, TEXT) for name in ("method", "url", "data")),
    Field("header", Map(TEXT)),
)
TOKEN = "$TOKEN$"  # noqa: S105 - what stands for one
NO_HOST = set(' <>"\\^`{|}')
"""Signs that no address's host has."""
BREAKS = set("\r\n\0")
RELEASES = "https://api.github.com/repos/router-for-me/CLIProxyAPIPlus/releases/latest"


def token_of(credential: Credential) -> str:
    """A credential's token, empty where it has none."""
    said = credential.metadata
    for name in ("accessToken", "access_token", "token", "id_token", "cookie"):
        value: Any = said.get(name)
        if isinstance(value, dict):
            value = value.get("access_token") or value.get("accessToken")
        if isinstance(value, str) and value.strip():
            return value.strip()
    return credential.api_key


def _credential(call: Call, index: str) -> Credential | None:
    return next((c for c in call.service.pool.credentials.values() if index and index_of(c) == index), None)


def _with_token(headers: dict[str, str], credential: Credential | None) -> dict[str, str]:
    if credential is None or not any(TOKEN in value for value in headers.values()):
        return headers
    token = token_of(credential)
    if not token:
        raise RefusedError(400, "auth token not found")
    return {name: value.replace(TOKEN, token) for name, value in headers.items()}


async def api_call(call: Call) -> web.Response:
    """`POST /api-call`."""
    body = read(REQUEST, call.bound())
    method, url = body["method"].strip().upper(), body["url"].strip()
    if not method:
        raise RefusedError(400, "missing method")
    if not url:
        raise RefusedError(400, "missing url")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise RefusedError(400, "invalid url") from error
    if not parts.scheme or not parts.netloc or set(parts.netloc) & NO_HOST:
        raise RefusedError(400, "invalid url")
    index = next(filter(None, ((body[name] or "").strip() for name in ("auth_index", "authIndex"))), "")
    credential = _credential(call, index)
    headers = _with_token(body["header"] or {}, credential)
    if not (method.isascii() and method.isalpha()):
        raise RefusedError(400, "failed to build request")
    if parts.scheme not in {"http", "https"} or any(set(pair) & BREAKS for item in headers.items() for pair in item):
        raise RefusedError(502, "request failed")
    proxy = (credential.proxy_url if credential else "") or call.service.config.proxy_url
    request = UpstreamRequest(method, url, list(headers.items()), body["data"].encode(), proxy_for(proxy, url))
    try:
        response = await redirects.send(call.service.kit.upstream, request)
        content = await response.read()
    except UpstreamError as error:
        raise RefusedError(502, "request failed") from error
    found: dict[str, list[str]] = {}
    for name, value in response.headers:
        found.setdefault("-".join(part.capitalize() for part in name.split("-")), []).append(value)
    return told({"status_code": response.status, "header": found, "body": content.decode("utf-8", "replace")})


async def latest_version(call: Call) -> web.Response:
    """`GET /latest-version`: as the legacy's releases say."""
    headers = [("Accept", "application/vnd.github+json"), ("User-Agent", "CLIProxyAPIPlus")]
    proxy = proxy_for(call.service.config.proxy_url, RELEASES)
    try:
        response = await call.service.kit.upstream.send(UpstreamRequest("GET", RELEASES, headers, b"", proxy))
        content = await response.read()
    except UpstreamError as error:
        raise RefusedError(502, "request_failed", message=str(error)) from error
    if response.status != 200:
        said = content[:1024].decode("utf-8", "replace").strip()
        raise RefusedError(502, "unexpected_status", message=f"status {response.status}: {said}")
    try:
        orjson.loads(content)
    except ValueError as error:
        raise RefusedError(502, "decode_failed", message=str(error)) from error
    found = parse(content)
    names = (found.get(name) for name in ("tag_name", "name")) if isinstance(found, dict) else ()
    version = next((name.strip() for name in names if isinstance(name, str) and name.strip()), "")
    if not version:
        raise RefusedError(502, "invalid_response", message="missing release version")
    return told({"latest-version": version})


CALLED = Shape(Field("status_code", NUMBER), Field("header", Map(TEXTS)), Field("body", TEXT))

ROUTES = [
    route("POST", "/api-call", api_call, Doc(REQUEST, CALLED)),
    route("GET", "/latest-version", latest_version, Doc(gives=Shape(Field("latest-version", TEXT)))),
]
