"""Who may use the management endpoints.

Laws: no key, no endpoints; who is not on this machine needs the owner's leave (`allow-remote`) besides the key; headers
make nobody local: of a connection from this machine they may say for whom it asks; five wrong keys shut an address out
for half an hour; a key is compared in constant time and costs a hash once, not at each request.
"""

import asyncio
import hmac
import math
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from ipaddress import ip_address

from native.pool import spoken
from native.surface.management.desk import RefusedError

LOCAL = ("127.0.0.1", "::1")
FAILURES = 5
BAN_SECONDS = 1800.0
MOST_ADDRESSES = 10_000
"""Addresses that are remembered; the oldest are forgotten first."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What a management key may be; false where there is none.

    Attributes:
        hash: The configuration's, by bcrypt; empty for none.
        password: The environment's; empty for none.
    """

    hash: str = ""
    password: str = field(default="", repr=False)

    def __bool__(self) -> bool:
        return bool(self.hash or self.password)

    def is_password(self, given: str) -> bool:
        """Whether a key is the environment's."""
        sent = given.encode("utf-8", "surrogateescape")
        return bool(self.password) and hmac.compare_digest(sent, self.password.encode("utf-8", "surrogateescape"))


class Doorman:
    """Checks management keys, and remembers who failed."""

    def __init__(self) -> None:
        self._salt = os.urandom(32)
        self._passed: tuple[str, bytes] = ("", b"")
        self._failed: dict[str, tuple[int, float]] = {}

    async def check(self, address: str, headers: Mapping[str, str], keys: Keys, now: float, *, remote: bool) -> None:
        """Let a request pass.

        Args:
            address: Where the connection comes from.
            headers: The request's.
            keys: What its key may be.
            now: The time.
            remote: Whether others than this machine may come at all; with a password, they may.

        Raises:
            RefusedError: It may not; 401 or 403.
        """
        local = address in LOCAL
        if not local:
            _, until = self._failed.get(address, (0, 0.0))
            if now < until:
                left = spoken(math.floor(until - now + 0.5))
                raise RefusedError(403, f"IP banned due to too many failed attempts. Try again in {left}")
            if until:
                self._failed[address] = (0, 0.0)
            if not remote and not keys.password:
                raise RefusedError(403, "remote management disabled")
        if not keys:
            raise RefusedError(403, "remote management key not set")
        given = key_of(headers)
        if given and (keys.is_password(given) or await self._holds(given, keys.hash)):
            self._failed.pop(address, None)
            return
        if not local:
            self._count(address, now)
        raise RefusedError(401, "invalid management key" if given else "missing management key")

    async def _holds(self, given: str, key_hash: str) -> bool:
        if not key_hash:
            return False
        secret = given.encode("utf-8", "surrogateescape")
        seen = blake2b(secret, key=self._salt).digest()
        known, digest = self._passed
        if known == key_hash and hmac.compare_digest(seen, digest):
            return True
        try:
            holds = len(secret) <= 72 and await _matches(secret, key_hash)
        except ValueError:
            return False
        if holds:
            self._passed = (key_hash, seen)
        return holds

    def _count(self, address: str, now: float) -> None:
        count = self._failed.pop(address, (0, 0.0))[0] + 1
        self._failed[address] = (0, now + BAN_SECONDS) if count >= FAILURES else (count, 0.0)
        while len(self._failed) > MOST_ADDRESSES:
            del self._failed[next(iter(self._failed))]


@cache
def _workers() -> ThreadPoolExecutor:
    """Where hashes are made: apart from the loop, and few, so that wrong keys cannot take every core."""
    return ThreadPoolExecutor(2, "management-key")


async def _matches(secret: bytes, key_hash: str) -> bool:
    import bcrypt  # noqa: PLC0415  # most servers are never asked for a key

    return await asyncio.get_running_loop().run_in_executor(_workers(), bcrypt.checkpw, secret, key_hash.encode())


def address_of(peer: str, headers: Mapping[str, str]) -> str:
    """Who asks: the connection's other end, or for whom a proxy on this machine says that it asks."""
    if peer not in LOCAL:
        return peer
    for name in ("X-Forwarded-For", "X-Real-IP"):
        addresses = [part.strip() for part in headers.get(name, "").split(",")]
        with suppress(ValueError):
            for address in addresses:
                ip_address(address)
            return addresses[0]
    return peer


def key_of(headers: Mapping[str, str]) -> str:
    """The management key a request bears, in either header."""
    header = headers.get("Authorization", "")
    scheme, blank, token = header.partition(" ")
    given = token if blank and scheme.lower() == "bearer" else header
    return given or headers.get("X-Management-Key", "")
