"""Kimi: a device's code."""

import platform
import socket

from native.credentials.writing import indented
from native.log_ins.asking import ACCEPT, UnreadableError, rfc3339
from native.log_ins.devices import GRANT, polled
from native.log_ins.journey import Journey, Json, LogIn, beginning
from native.wire.loose import integer, text

DEVICES = "https://auth.kimi.com/api/oauth/device_authorization"
TOKENS = "https://auth.kimi.com/api/oauth/token"
CLIENT = "17e5f671-d194-4dfb-9706-5516cb48c098"
_SYSTEMS = {"Darwin": "macOS"}
_MACHINES = {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64"}


def headers(device: str) -> tuple[tuple[str, str], ...]:
    """What a device says of itself."""
    system = _SYSTEMS.get(platform.system(), platform.system())
    return (
        ACCEPT,
        ("X-Msh-Platform", "cli-proxy-api"),
        ("X-Msh-Version", "1.0.0"),
        ("X-Msh-Device-Name", socket.gethostname() or "unknown"),
        ("X-Msh-Device-Model", f"{system} {_MACHINES.get(platform.machine(), platform.machine())}"),
        ("X-Msh-Device-Id", device),
    )


async def begin(journey: Journey) -> Json:
    """Where Kimi asks its user."""
    journey.state = journey.stamped("kmi")
    own = journey.uuid()
    with beginning("failed to generate authorization url"):
        answer = await journey.asking.form(DEVICES, {"client_id": CLIENT}, *headers(own))
        said = answer.tree(device_code=str, verification_uri=str, verification_uri_complete=str)
        if answer.status != 200:
            raise UnreadableError("no device code")
    journey.device = said | {"own": own}
    return {"url": said["verification_uri_complete"] or said["verification_uri"]}


async def finish(journey: Journey) -> None:
    """A code that was typed for tokens."""
    device = journey.device
    form = {"client_id": CLIENT, "device_code": device["device_code"], "grant_type": GRANT}
    said = await polled(journey, device, lambda: journey.asking.form(TOKENS, form, *headers(device["own"])))
    seconds = integer(said.get("expires_in"))
    now = journey.now
    tree = {
        "type": "kimi",
        "access_token": said["access_token"],
        "refresh_token": text(said.get("refresh_token")),
        "token_type": said["token_type"],
        "scope": said["scope"],
        "timestamp": int(now * 1000),
        **({"expired": rfc3339(int(now) + seconds)} if seconds > 0 else {}),
        "device_id": device["own"],
    }
    journey.keep(f"kimi-{int(now * 1000)}.json", indented(tree))


LOG_IN = LogIn("kimi", begin, finish)
