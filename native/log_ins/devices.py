"""Log-ins without a browser on this machine: a code that the owner types elsewhere, asked about until it is taken.

Law: a provider is asked no more often than it wants, and not after its code has run out.
"""

import asyncio
from collections.abc import Awaitable, Callable

from native.log_ins.asking import Answer
from native.log_ins.journey import Journey, Json, LogInError, telling
from native.wire.loose import get, integer

FAILED = "Authentication failed"
GRANT = "urn:ietf:params:oauth:grant-type:device_code"
INTERVAL_SECONDS = 5.0
PATIENCE_SECONDS = 900.0
PENDING, SLOW_DOWN = "authorization_pending", "slow_down"


async def polled(journey: Journey, device: Json, ask: Callable[[], Awaitable[Answer]], slower: float = 0.0) -> Json:
    """Ask until there is a token.

    Args:
        journey: The log-in.
        device: What the provider said of its code.
        ask: Asks once. May raise `UpstreamError`.
        slower: Seconds to wait longer each time that the provider says so.

    Raises:
        LogInError: There will be none.
    """
    interval = max(float(integer(get(device, "interval"))), INTERVAL_SECONDS)
    life = integer(get(device, "expires_in"))
    until = journey.now + (min(float(life), PATIENCE_SECONDS) if life > 0 else PATIENCE_SECONDS)
    while True:
        await asyncio.sleep(interval)
        if journey.now > until:
            raise LogInError(FAILED)
        with telling(FAILED):
            said = (await ask()).tree(error=str, access_token=str, token_type=str, scope=str)
        if said["error"] == SLOW_DOWN:
            interval += slower
        elif said["error"] != PENDING:
            if said["error"] or not said["access_token"]:
                raise LogInError(FAILED)
            return said
