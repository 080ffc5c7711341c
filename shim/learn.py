"""What a running legacy tells of itself through its management API: the model definitions of its channels."""

from typing import Any

import aiohttp

from native.models import catalogue as shipped

_TIMEOUT = aiohttp.ClientTimeout(total=30)


class LearnError(Exception):
    """The legacy would not say: the message says what and why."""


async def catalogue(legacy: str, key: str) -> dict[str, list[dict[str, Any]]]:
    """The model definitions by channel, as `GET /v0/management/model-definitions/{channel}` gives them.

    Args:
        legacy: `http://host:port`.
        key: Its management key.

    Raises:
        LearnError: It refuses, or answers something else.
        aiohttp.ClientError: It cannot be reached.
    """
    out: dict[str, list[dict[str, Any]]] = {}
    headers = {"Authorization": f"Bearer {key}"}
    async with aiohttp.ClientSession(timeout=_TIMEOUT, headers=headers) as session:
        for channel in shipped():
            async with session.get(f"{legacy.rstrip('/')}/v0/management/model-definitions/{channel}") as got:
                if got.status in {401, 403}:
                    raise LearnError("the management key was refused; give the one of `remote-management`, --key")
                if got.status == 404:
                    raise LearnError("its management API is off: set `remote-management.secret-key`")
                body = await got.json(content_type=None)
                if got.status == 400:
                    continue  # a channel that this build does not have
                if got.status != 200 or not isinstance(body, dict) or not isinstance(body.get("models"), list):
                    raise LearnError(f"channel {channel}: unexpected answer {got.status}")
                out[channel] = body["models"]
    return out
