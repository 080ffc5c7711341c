"""What the page shows is read, once for all who ask, and nothing is changed by looking."""

import contextlib

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from shim.flags.ledger import Ledger
from shim.knowledge import Knowledge
from shim.page.keys import Keys
from shim.page.outside import Outside
from shim.page.reading import Reading
from shim.page.views import Views
from shim.store.connection import connect_to_read
from tests.shim.page.build import CHAT, NOW, TODAY, a_recording, flag

EVERY = ("overview", "groups", "exchanges", "exchanges/1", "history", "health")


class Clock:
    """Says an hour, and how often it was asked."""

    def __init__(self):
        self.asked = 0

    def __call__(self):
        self.asked += 1
        return NOW


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def version():
    return [1]


@pytest.fixture
def reading(tmp_path, version):
    path = a_recording(tmp_path / "recordings.db")
    flag(path, "shadow", CHAT)
    found = Reading(path, lambda: version[0])
    yield found
    found.close()


@pytest.fixture
async def view(reading, clock):
    """Asks for a view, without log-in or guard."""
    known = Knowledge(reading.path.with_name("accepted.yaml"), (), today=lambda: TODAY)
    app = web.Application()
    app.add_routes(Views(Outside(reading.path, Keys("", ""), known, 0, clock=clock), reading).routes())
    async with TestClient(TestServer(app)) as client:

        async def ask(path):
            answer = await client.get(f"/api/{path}")
            assert answer.status == 200, path
            return await answer.json()

        yield ask


async def test_looking_changes_nothing(reading, view):
    with contextlib.closing(connect_to_read(reading.path)) as sql:
        before = sql.execute("PRAGMA data_version").fetchone()
        for path in EVERY:
            await view(path)
        assert sql.execute("PRAGMA data_version").fetchone() == before


@pytest.mark.parametrize("path", ["overview", "health"])
async def test_an_unchanged_recording_is_read_once_for_all_who_ask(view, clock, path):
    assert await view(path) == await view(path)
    assert clock.asked == 1


async def test_a_change_is_seen_at_the_next_look(reading, view, version):
    assert (await view("overview"))["endpoints"][0]["flag"]["value"] == "shadow"
    with Ledger.open(reading.path) as ledger:
        ledger.set(ledger.table().flags[0].scope, None, who="ann", why="enough")
    version[0] += 1
    assert (await view("overview"))["endpoints"][0]["flag"]["value"] == "legacy"


async def test_a_list_goes_on_where_the_last_page_ended(view):
    newest = (await view("exchanges"))["exchanges"]
    older = (await view(f"exchanges?before={newest[1]['id']}"))["exchanges"]
    assert [one["id"] for one in older] == [one["id"] for one in newest[2:]]
    assert (await view("exchanges?endpoint=GET%20/nowhere"))["exchanges"] == []


async def test_of_the_history_as_much_is_told_as_was_asked_for(reading, view):
    for value in ("canary 1%", "native"):
        flag(reading.path, value, CHAT)
    assert [one["value"] for one in (await view("history?limit=2"))["changes"]] == ["native", "canary 1%"]
