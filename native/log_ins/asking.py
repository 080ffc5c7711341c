"""How a log-in talks to a provider: forms and JSON out, checked JSON back, PKCE, times.

Laws: a provider that does not answer within half a minute does not answer; what it says is taken only where it is of
the kind that is wanted.
"""

import asyncio
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import orjson

from native.proxies import proxy_for
from native.turn import Ids
from native.upstream import Headers, Upstream, UpstreamError, UpstreamRequest

type Json = dict[str, Any]

SECONDS = 30.0
JSON = ("Content-Type", "application/json")
FORM = ("Content-Type", "application/x-www-form-urlencoded")
ACCEPT = ("Accept", "application/json")


class UnreadableError(Exception):
    """An answer is not what was asked for; the message says how."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A provider's whole answer."""

    status: int
    body: bytes

    @property
    def fine(self) -> bool:
        """Whether it is a success of any kind."""
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """What it says, trimmed."""
        return self.body.decode("utf-8", "replace").strip()

    def json(self) -> Any:
        """Its JSON, whatever it is. Raises `UnreadableError`."""
        try:
            return orjson.loads(self.body)
        except ValueError as error:
            raise UnreadableError(str(error)) from error

    def tree(self, **kinds: type) -> Json:
        """Its JSON object, with the named fields of these kinds (their empty value where missing).

        Raises:
            UnreadableError: It is none, or a field is of another kind.
        """
        found = self.json()
        if found is None:
            found = {}
        if not isinstance(found, dict):
            raise UnreadableError("no JSON object")
        checked = dict(found)
        for name, kind in kinds.items():
            value = found.get(name)
            if value is None:
                checked[name] = kind()
            elif not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
                raise UnreadableError(f"{name} is no {kind.__name__}")
        return checked


@dataclass(frozen=True, slots=True)
class Asking:
    """The way to a provider.

    Attributes:
        upstream: What sends.
        proxy: The configuration's proxy; empty for the environment's.
    """

    upstream: Upstream
    proxy: str

    async def send(self, method: str, url: str, *headers: tuple[str, str], body: bytes = b"") -> Answer:
        """Ask. Raises `UpstreamError`."""
        said: Headers = list(headers)
        try:
            async with asyncio.timeout(SECONDS):
                response = await self.upstream.send(
                    UpstreamRequest(method, url, said, body, proxy_for(self.proxy, url))
                )
                return Answer(response.status, await response.read())
        except TimeoutError as error:
            raise UpstreamError(f'{method.title()} "{url}": the provider does not answer') from error

    async def form(self, url: str, form: Mapping[str, str], *headers: tuple[str, str]) -> Answer:
        """Send a form. Raises `UpstreamError`."""
        return await self.send("POST", url, FORM, *headers, body=query(form).encode())

    async def post(self, url: str, tree: Json, *headers: tuple[str, str]) -> Answer:
        """Send JSON. Raises `UpstreamError`."""
        return await self.send("POST", url, JSON, *headers, body=orjson.dumps(tree, option=orjson.OPT_SORT_KEYS))


def query(form: Mapping[str, str]) -> str:
    """A form's text, its names in order."""
    return urlencode(sorted(form.items()))


def bearer(token: str) -> tuple[str, str]:
    """The header that bears a token."""
    return ("Authorization", f"Bearer {token}")


def verifier(ids: Ids, size: int = 96) -> str:
    """A PKCE verifier of so many random bytes (RFC 7636)."""
    return urlsafe_b64encode(bytes.fromhex(ids.hexes(2 * size))).rstrip(b"=").decode()


def challenge(secret: str) -> str:
    """What a verifier's challenge is (RFC 7636, S256)."""
    return urlsafe_b64encode(sha256(secret.encode()).digest()).rstrip(b"=").decode()


def rfc3339(seconds: float) -> str:
    """A time, to the second."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError, OSError):
        return "9999-12-31T23:59:59Z"  # a provider may say any number of seconds
