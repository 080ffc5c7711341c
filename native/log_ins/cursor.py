"""Cursor: a browser's log-in with PKCE that the server asks about until it is done."""

import asyncio
import math
from hashlib import sha256

from native.credentials.files import claims
from native.credentials.writing import compact
from native.log_ins.asking import UnreadableError, challenge, rfc3339
from native.log_ins.journey import Journey, Json, LogIn, LogInError
from native.upstream import UpstreamError
from native.wire.loose import get, text

PAGE = "https://cursor.com/loginDeepControl"
POLL = "https://api2.cursor.sh/auth/poll"
TRIES = 150
ERRORS = 10
FIRST_SECONDS, SLOWEST_SECONDS, FACTOR = 1.0, 10.0, 1.2
EARLIER_SECONDS = 300
LATE = "cursor: authentication polling timeout (waited ~750 seconds)"


async def begin(journey: Journey) -> Json:
    """Where Cursor asks its user."""
    journey.state = journey.stamped("cur")
    own = journey.uuid()
    journey.device = {"own": own}
    asked = f"challenge={challenge(journey.draw_secret())}&uuid={own}&mode=login&redirectTarget=cli"
    return {"url": f"{PAGE}?{asked}"}


async def finish(journey: Journey) -> None:
    """Tokens, once the browser is done."""
    said = await _polled(journey)
    token = said["accessToken"]
    owner = claims(token)
    subject = get(owner, "sub")
    subject = subject if isinstance(subject, str) else ""
    ends = get(owner, "exp")
    known = isinstance(ends, (int, float)) and not isinstance(ends, bool) and ends and math.isfinite(ends)
    expires = ends - EARLIER_SECONDS if known else journey.now + 3600
    tree = {
        "type": "cursor",
        "access_token": token,
        "refresh_token": said["refreshToken"],
        "timestamp": int(journey.now * 1000),
        "expires_at": rfc3339(expires),
        "disabled": False,
    } | ({"sub": subject} if subject else {})
    short = sha256(subject.encode()).hexdigest()[:8] if subject else ""
    label = journey.wanted("label") or short
    journey.keep(f"cursor.{label}.json" if label else "cursor.json", compact(tree), "Failed to save tokens")


async def _polled(journey: Journey) -> Json:
    url = f"{POLL}?uuid={journey.device['own']}&verifier={journey.secret}"
    delay, errors = FIRST_SECONDS, 0
    for _ in range(TRIES):
        await asyncio.sleep(delay)
        delay = min(delay * FACTOR, SLOWEST_SECONDS)
        try:
            answer = await journey.unproxied.send("GET", url)
        except UpstreamError as error:
            errors += 1
            if errors >= ERRORS:
                raise _failed(f"cursor: too many consecutive poll errors (last: {error})") from error
            continue
        if answer.status == 404:
            errors = 0
            continue
        if not answer.fine:
            raise _failed(
                f"cursor: poll failed with status {answer.status}: {text(answer.body.decode(errors='replace'))}"
            )
        try:
            return answer.tree(accessToken=str, refreshToken=str)
        except UnreadableError as error:
            raise _failed(f"cursor: failed to parse auth response: {error}") from error
    raise _failed(LATE)


def _failed(why: str) -> LogInError:
    return LogInError(f"Authentication failed: {why}")


LOG_IN = LogIn("cursor", begin, finish)
