"""What is done from the page is done at once, whoever reads, and only what was meant."""

import asyncio
import contextlib
import datetime as dt
import threading

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from shim.flags.ledger import Ledger
from shim.knowledge import Knowledge
from shim.page.deeds import Deeds
from shim.page.keys import Keys
from shim.page.outside import Outside
from shim.page.reading import Reading
from tests.shim.page.build import CHAT, NOW, TODAY, a_recording, flag, served


@pytest.fixture
def reading(tmp_path):
    found = Reading(a_recording(tmp_path / "recordings.db"), lambda: 1)
    yield found
    found.close()


@contextlib.asynccontextmanager
async def asked(reading):
    """A client of the deeds alone, without log-in or guard."""
    known = Knowledge(reading.path.with_name("accepted.yaml"), (), today=lambda: TODAY)
    outside = Outside(reading.path, Keys("", ""), known, 0, clock=lambda: NOW)
    app = web.Application()
    app.add_routes(Deeds(outside, reading).routes())
    async with TestClient(TestServer(app)) as client:
        yield client


def flags(reading):
    with Ledger.open(reading.path) as ledger:
        return {one.scope.endpoint: str(one.value) for one in ledger.table().flags}


async def test_a_roll_back_waits_for_nobodys_look_at_the_recording(reading):
    flag(reading.path, "native", CHAT)
    over = threading.Event()
    looks = [asyncio.ensure_future(reading.ask(lambda _: over.wait(10)))]
    looks.append(asyncio.ensure_future(reading.ask_slowly(lambda: over.wait(10))))
    async with asked(reading) as client:
        wanted = {"endpoint": CHAT, "value": "legacy", "expected": "native", "why": "it is broken"}
        answer = await client.post("/api/flags", json=wanted)
        assert answer.status == 200
        assert not any(look.done() for look in looks)
    over.set()
    assert all(await asyncio.gather(*looks))
    assert flags(reading) == {CHAT: "legacy"}


async def test_to_tell_what_a_deed_would_do_does_nothing(reading):
    async with asked(reading) as client:
        told = await (await client.get("/api/flags/effect", params={"endpoint": CHAT, "value": "canary 50%"})).json()
        assert (told["before"], told["after"]) == ("legacy", "canary 50%")
        accepted = await client.get("/api/accept/effect", params={"path": "exchanges[*].response.status"})
        assert dt.date.fromisoformat((await accepted.json())["expires"]) > TODAY
    assert flags(reading) == {}
    assert not reading.path.with_name("accepted.yaml").exists()


async def test_what_is_done_from_the_page_says_so_in_the_history(reading):
    async with asked(reading) as client:
        wanted = {"endpoint": CHAT, "value": "shadow", "expected": "", "why": "a look at it"}
        done = await (await client.post("/api/flags", json=wanted)).json()
    assert (done["before"], done["value"], done["why"]) == ("", "shadow", "a look at it")
    assert done["who"].endswith("on the page")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/flags", {"endpoint": CHAT, "value": "native", "expected": "", "why": "clean"}),
        ("/api/promote", {"endpoint": CHAT}),
        ("/api/holds/lift", {"endpoint": CHAT, "why": "mended"}),
        ("/api/accept", {"path": "exchanges[*].response.status", "reason": "it is fine so"}),
    ],
)
async def test_a_deed_with_a_word_that_it_does_not_know_is_not_done(reading, path, body):
    async with served(reading.path) as visit:
        assert "unknown: Extra inputs" in (await visit.post(path, {**body, "unknown": 1}, 400))["error"]
    assert flags(reading) == {}
    assert not reading.path.with_name("accepted.yaml").exists()
