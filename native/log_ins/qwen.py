"""Qwen: a device's code, with PKCE."""

import asyncio

from native.credentials.writing import compact
from native.log_ins.asking import ACCEPT, Answer, UnreadableError, challenge, rfc3339
from native.log_ins.devices import FAILED, GRANT, INTERVAL_SECONDS, PENDING, SLOW_DOWN
from native.log_ins.journey import Journey, Json, LogIn, LogInError, beginning, telling
from native.upstream import UpstreamError
from native.wire.loose import get, parse

DEVICES = "https://chat.qwen.ai/api/v1/oauth2/device/code"
TOKENS = "https://chat.qwen.ai/api/v1/oauth2/token"
CLIENT = "f0304373b74a44d2b584a3fb70ca9e56"
TRIES = 60
SLOWEST_SECONDS = 10.0


async def begin(journey: Journey) -> Json:
    """Where Qwen asks its user."""
    journey.state = journey.stamped("gem")
    form = {
        "client_id": CLIENT,
        "scope": "openid profile email model.completion",
        "code_challenge": challenge(journey.draw_secret(32)),
        "code_challenge_method": "S256",
    }
    with beginning("failed to generate authorization url"):
        answer = await journey.asking.form(DEVICES, form, ACCEPT)
        said = answer.tree(device_code=str, verification_uri_complete=str)
        if answer.status != 200 or not said["device_code"]:
            raise UnreadableError("no device code")
    journey.device = said
    return {"url": said["verification_uri_complete"]}


async def finish(journey: Journey) -> None:
    """A code that was typed for tokens."""
    with telling(FAILED):
        said = (await _polled(journey)).tree(
            access_token=str, refresh_token=str, token_type=str, resource_url=str, expires_in=int
        )
    name = str(int(journey.now * 1000))
    tree = {
        "access_token": said["access_token"],
        "refresh_token": said["refresh_token"],
        "last_refresh": rfc3339(journey.now),
        "resource_url": said["resource_url"],
        "email": name,
        "type": "qwen",
        "expired": rfc3339(journey.now + said["expires_in"]),
    }
    journey.keep(f"qwen-{name}.json", compact(tree) + b"\n")


async def _polled(journey: Journey) -> Answer:
    form = {
        "grant_type": GRANT,
        "client_id": CLIENT,
        "device_code": journey.device["device_code"],
        "code_verifier": journey.secret,
    }
    interval = INTERVAL_SECONDS
    for _ in range(TRIES):
        try:
            answer = await journey.unproxied.form(TOKENS, form)
        except UpstreamError:
            await asyncio.sleep(interval)
            continue
        if answer.status == 200:
            return answer
        error = get(parse(answer.body), "error") if answer.status == 400 else ""
        if error not in {PENDING, SLOW_DOWN}:
            break
        if error == SLOW_DOWN:
            interval = min(interval * 1.5, SLOWEST_SECONDS)
        await asyncio.sleep(interval)
    raise LogInError(FAILED)


LOG_IN = LogIn("qwen", begin, finish, ends_all=False)
