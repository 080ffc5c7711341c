import asyncio

import pytest

from native.surface.management import events
from native.usage import Spent, Tokens

SPENT = Spent("k", "p", "m", "i", "s", 1.0, False, Tokens(3))
KEY = {"Authorization": "Bearer owner"}


def watching(owner, query=""):
    return owner.client.get(f"/v0/management/events{query}", headers=KEY)


async def blocks(response, count):
    """The next events, whole."""
    return [(await response.content.readuntil(b"\n\n")).decode() for _ in range(count)]


async def test_events_come_as_they_happen_until_the_server_leaves(owning):
    async with asyncio.timeout(30), owning() as owner, watching(owner) as response:
        assert (response.status, response.content_type) == (200, "text/event-stream")
        assert "event: hello" in (await blocks(response, 1))[0]
        owner.service.kit.usage.take(SPENT)
        assert '"provider":"p"' in (await blocks(response, 1))[0]
        await owner.service.leave()
        assert await response.content.read() == b""


async def test_only_what_is_wanted_comes(owning):
    async with asyncio.timeout(30), owning() as owner, watching(owner, "?types=log,credential") as response:
        await blocks(response, 1)
        owner.service.kit.usage.take(SPENT)
        owner.service.logs.say("info", "test", "hello")
        assert "hello" in (await blocks(response, 1))[0]


async def test_there_is_a_sign_of_life(owning, monkeypatch):
    monkeypatch.setattr(events, "PULSE", 0.001)
    async with asyncio.timeout(30), owning() as owner, watching(owner) as response:
        assert (await blocks(response, 2))[1] == ": alive\n\n"


async def test_who_is_too_slow_is_told_so(owning):
    async with asyncio.timeout(30), owning() as owner, watching(owner) as response:
        await blocks(response, 1)
        for _ in range(1_000):
            owner.service.kit.usage.take(SPENT)
        assert (await response.content.read()).endswith(b'event: dropped\ndata: {"reason":"too slow"}\n\n')


@pytest.mark.parametrize(("query", "status"), [("?types=usage,all", 400), ("?types=%00", 400)])
async def test_unknown_kinds_are_refused(owning, query, status):
    async with owning() as owner:
        assert (await owner.ask("GET", f"/events{query}"))[0] == status


async def test_events_need_the_owners_key_and_room(owning, monkeypatch):
    async with owning() as owner:
        assert (await owner.ask("GET", "/events", key=""))[0] == 401
        monkeypatch.setattr("native.live.MOST_WATCHERS", 0)
        assert (await owner.ask("GET", "/events"))[0] == 503
