"""What native tells of itself, passed on: its cooldowns, and its own count of requests.

Law: native that does not run, or does not answer in time, is a sample that says so, never an error.
"""

import aiohttp

from shim.run.ports import LOOPBACK

PATIENCE = aiohttp.ClientTimeout(total=1.0)  # seconds; Prometheus itself waits for ten
MOST = 8 << 20  # bytes of an answer
_UP = b"# HELP native_up Whether native answered when it was asked\n# TYPE native_up gauge\nnative_up %d\n"


async def natives_metrics(port: int | None) -> bytes:
    """Native's metrics, in the text format; nothing where there is no native to run."""
    if port is None:
        return b""
    try:
        told = await _asked(port)
    except (aiohttp.ClientError, TimeoutError):
        told = None
    return _UP % 0 if told is None else told + _UP % 1


async def _asked(port: int) -> bytes | None:
    """What it answers; None where that is no such text."""
    async with (
        aiohttp.ClientSession(timeout=PATIENCE) as session,
        session.get(f"http://{LOOPBACK}:{port}/metrics", allow_redirects=False) as answer,
    ):
        if answer.status != 200 or answer.content_type != "text/plain":
            return None
        told = bytearray()
        async for piece in answer.content.iter_any():
            told += piece
            if len(told) > MOST:
                return None
        return bytes(told) if told.endswith(b"\n") else None
