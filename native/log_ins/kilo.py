"""Kilo: a device's code; the account's first organization and its usual model come with it."""

import asyncio
from contextlib import suppress

from native.credentials.writing import compact
from native.log_ins.asking import JSON, UnreadableError, bearer
from native.log_ins.devices import FAILED, INTERVAL_SECONDS
from native.log_ins.journey import Journey, Json, LogIn, LogInError, beginning, telling
from native.upstream import UpstreamError
from native.wire.loose import get, text

HOME = "https://api.kilo.ai/api"


async def begin(journey: Journey) -> Json:
    """Where Kilo asks its user."""
    journey.state = journey.stamped("kil")
    with beginning("failed to initiate device flow"):
        answer = await journey.unproxied.send("POST", f"{HOME}/device-auth/codes", JSON)
        said = answer.tree(code=str, verificationUrl=str)
        if answer.status not in {200, 201}:
            raise UnreadableError("no device code")
    journey.device = said
    url = said["verificationUrl"]
    return {"url": url, "user_code": said["code"], "verification_uri": url}


async def finish(journey: Journey) -> None:
    """A code that was typed for a token."""
    said = await _polled(journey)
    own = bearer(said["token"])
    organization = model = ""
    with suppress(UpstreamError, UnreadableError):
        answer = await journey.unproxied.send("GET", f"{HOME}/profile", own)
        found = answer.tree(organizations=list)["organizations"] if answer.status == 200 else []
        organization = text(get(found, 0, "id"))
    with suppress(UpstreamError, UnreadableError):
        where = f"/organizations/{organization}" if organization else ""
        answer = await journey.unproxied.send("GET", f"{HOME}{where}/defaults", own)
        model = answer.tree(model=str)["model"] if answer.status == 200 else ""
    tree = {
        "kilocodeToken": said["token"],
        "kilocodeOrganizationId": organization,
        "kilocodeModel": model,
        "email": said["userEmail"],
        "type": "kilo",
    }
    journey.keep(f"kilo-{said['userEmail']}.json", compact(tree, ordered=False) + b"\n")


async def _polled(journey: Journey) -> Json:
    while True:
        await asyncio.sleep(INTERVAL_SECONDS)
        with telling(FAILED):
            answer = await journey.unproxied.send("GET", f"{HOME}/device-auth/codes/{journey.device['code']}")
            said = answer.tree(status=str, token=str, userEmail=str)
        if said["status"] == "approved":
            return said
        if said["status"] != "pending":
            raise LogInError(FAILED)


LOG_IN = LogIn("kilo", begin, finish)
