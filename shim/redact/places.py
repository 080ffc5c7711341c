"""Where secrets stand: headers, query parameters, fields of trees and bodies, and shapes that give themselves away.

Everything that recognises a secret lives here, as tables and as functions that yield what they found. Law: finding
too much costs a placeholder, finding too little costs a secret, so a place that may hold one does.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from shim.redact.placeholders import EMAIL

# Long or odd enough to be replaced wherever it stands, not only in its place: `lab` must not blot out words.
EVERYWHERE = re.compile(r"(?=.{6})(?:(?=.*[^A-Za-z]).*|.{12,})", re.DOTALL)

# Names of fields, lower case and without `-` and `_`.
FIELD = re.compile(
    r"(?:x?apikeys?|xgoogapikey|upstreamapikeys?|(?:access|refresh|id|session|auth|bearer|authorization|copilot|security)?token"
    r"|secretkeys?|(?:client|app)?secret|password|passwd|cookies?|(?:proxy)?authorization|privatekey|privatekeyid"
    r"|devicecode|codeverifier|authorizationcode|bxauth|assertion)"
)
_HEADER = re.compile(r"authorization|api-?key|token|secret|cookie|password|management-key", re.IGNORECASE)
_PLAIN_HEADERS = frozenset({"x-dashscope-authtype", "x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens"})
_SPECIAL = frozenset({"cookie", "set-cookie", "location", "referer", "content-location", "sec-websocket-protocol"})
_COUNTS = re.compile(r"(?:[\d.]+(?:ms|[smhd])?)+|true|false|\*")
_SCHEME = re.compile(r"(?i)(?:bearer|token|basic|apikey|key)\s+")
_QUERY = re.compile(
    r"(?:key|code|token|.*(?:apikey|token|secret|password|cookie|authorization|codeverifier|devicecode))"
)
_MANAGEMENT_QUERY = frozenset({"value", "old", "new", "match"})
_MARKS = (b'oken"', b'ey"', b'ecret"', b'assword"', b'ookie"', b'uthorization"', b'ode"', b'erifier"', b'uth"')
_MARKS_WITHIN = tuple(mark[:-1] + b'\\"' for mark in _MARKS)
_VALUE = re.compile(rb'\s*:\s*\\*"([^"\\\s]{6,})\\*"|\s*:\s*\\*"((?:Bearer|bearer|Basic|token) [^"\\\s]{6,})\\*"')
_SHAPES: tuple[tuple[bytes, re.Pattern[bytes]], ...] = (
    (b"sk-", re.compile(rb"(?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{20,}")),
    (b"AIza", re.compile(rb"AIza[A-Za-z0-9_-]{30,}")),
    (b"ya29.", re.compile(rb"ya29\.[A-Za-z0-9_-]{20,}")),
    (b"gh", re.compile(rb"gh[opsur]_[A-Za-z0-9]{30,}")),
    (b"github_pat_", re.compile(rb"github_pat_[A-Za-z0-9_]{30,}")),
    (b"eyJ", re.compile(rb"eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}")),
    (
        b"PRIVATE KEY-----",
        re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[^-]{40,}?)-----END [A-Z ]*PRIVATE KEY-----"),
    ),
)


@lru_cache(maxsize=4096)
def _holds(name: str) -> str:
    """What kind of header it is, by its name: lower case where it may hold a secret, else empty."""
    low = name.lower()
    if low in _SPECIAL or (_HEADER.search(low) and low not in _PLAIN_HEADERS):
        return low
    return ""


def in_header(name: str, value: str) -> Iterator[str]:
    """The secrets in a header's value."""
    low = _holds(name)
    if not low:
        return
    if low in {"cookie", "set-cookie"}:
        pairs = value.split(";")
        yield from (
            pair.partition("=")[2].strip() or pair.strip() for pair in (pairs if low == "cookie" else pairs[:1])
        )
    elif low in {"location", "referer", "content-location"}:
        yield from in_url(value)
    elif low == "sec-websocket-protocol":
        yield from (word.strip() for word in value.split(",") if "key" in word or "token" in word)
    elif not _COUNTS.fullmatch(value):
        yield _SCHEME.sub("", value, count=1)


@lru_cache(maxsize=5_000)
def header_secrets(header: tuple[str, str]) -> tuple[str, ...]:
    """The secrets in a header: most headers are those of the exchange before."""
    return tuple(in_header(*header))


def in_url(url: str) -> Iterator[str]:
    """The secrets in an address: parameters that hold one, and a password before the host."""
    if "?" not in url and "@" not in url and "#" not in url:
        return
    parts = urlsplit(url)
    if parts.password:
        yield parts.password
    management = "/management/" in parts.path
    for text in (parts.query, parts.fragment):
        for name, value in parse_qsl(text):
            low = name.lower().replace("-", "").replace("_", "")
            if value and (_QUERY.fullmatch(low) or (management and low in _MANAGEMENT_QUERY)):
                yield value


def in_form(body: str) -> Iterator[str]:
    """The secrets in a form."""
    yield from in_url("?" + body)


def in_tree(value: Any, *, secret: bool = False, people: bool = False) -> Iterator[str]:
    """The secrets in a configuration, credential file or answer of the management API.

    Args:
        value: The tree.
        secret: Whether every text in it is one.
        people: Whether e-mail addresses are.
    """
    match value:
        case str():
            if secret and value:
                yield _SCHEME.sub("", value, count=1)
            elif "://" in value:
                yield from in_url(value)
            if people:
                yield from EMAIL.findall(value)
        case Mapping():
            for name, inner in value.items():
                field = FIELD.fullmatch(str(name).lower().replace("-", "").replace("_", ""))
                within = bool(field) and not isinstance(inner, Mapping)
                if name == "headers" and isinstance(inner, Mapping):
                    yield from (found for key, text in inner.items() for found in in_header(str(key), str(text)))
                else:
                    yield from in_tree(inner, secret=secret or within, people=people)
        case list():
            for inner in value:
                yield from in_tree(inner, secret=secret, people=people)


def in_fields(body: bytes) -> Iterator[str]:
    """The secrets in fields of a JSON text, read without parsing it: `"access_token": "..."`, within strings too."""
    for mark in (*_MARKS, *_MARKS_WITHIN):
        at = body.find(mark)
        while at >= 0:
            end = at + len(mark)
            opened = max(body.rfind(b'"', max(0, at - 40), at), 0)
            name = body[opened + 1 : end].strip(b'\\"').decode("latin-1").lower()
            if FIELD.fullmatch(name.replace("-", "").replace("_", "")) and name != "token":
                found = _VALUE.match(body, end)
                if found:
                    yield _SCHEME.sub("", (found[1] or found[2]).decode("utf-8", "replace"), count=1)
            at = body.find(mark, end)


def replace_in_fields(body: bytes, secret: bytes, placeholder: bytes) -> bytes:
    """A short secret replaced where a field names it, and nowhere else."""

    def told(found: re.Match[bytes]) -> bytes:
        name = found[1].decode("latin-1").lower().replace("-", "").replace("_", "")
        return found[0][: -len(secret) - 1] + placeholder + b'"' if FIELD.fullmatch(name) else found[0]

    return re.sub(rb'"([\w-]+)"\s*:\s*"' + re.escape(secret) + b'"', told, body)


def by_shape(body: bytes) -> Iterator[str]:
    """The secrets that give themselves away."""
    for start, shape in _SHAPES:
        if start in body:
            yield from (found.decode("latin-1") for found in shape.findall(body))
