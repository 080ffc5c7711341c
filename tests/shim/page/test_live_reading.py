"""What changes is told, and what did not change is not read again."""

import asyncio

import pytest

from shim.flags.ledger import Ledger
from shim.page import live as lives
from shim.page.live import Live, TooManyError
from shim.page.reading import Reading
from tests.shim.page.build import flag


@pytest.fixture
def path(tmp_path):
    Ledger.open(tmp_path / "recordings.db").close()
    return tmp_path / "recordings.db"


async def test_who_listens_hears_the_version_and_each_change(path):
    live = Live(path)
    changes = live.changes()
    async with live.watching(), asyncio.timeout(10):
        first = await anext(changes)
        await asyncio.to_thread(flag, path, "native")
        while (second := await anext(changes)) == first:
            pass
        assert second > first
    await changes.aclose()


async def test_silence_is_broken_now_and_then(path, monkeypatch):
    monkeypatch.setattr(lives, "BEAT", 0.01)
    changes = Live(path).changes()
    assert await anext(changes) == 0
    assert await anext(changes) is None
    await changes.aclose()


async def test_there_are_never_more_listeners_than_a_bound(path, monkeypatch):
    monkeypatch.setattr(lives, "MOST", 1)
    live = Live(path)
    one, other = live.changes(), live.changes()
    await anext(one)
    with pytest.raises(TooManyError):
        await anext(other)
    await one.aclose()
    third = live.changes()
    await anext(third)
    await third.aclose()


async def test_what_did_not_change_is_read_once_whoever_asks(path):
    version, times = [1], []
    reading = Reading(path, lambda: version[0])

    async def read():
        times.append(version[0])
        return len(times)

    assert await asyncio.gather(*(reading.ask_once("name", read) for _ in range(5))) == [1] * 5
    version[0] = 2
    assert await reading.ask_once("name", read) == 2
    assert await reading.ask_once("other", read) == 3
    assert await reading.write(lambda: "written") == "written"
    assert await reading.ask_once("name", read) == 4
    reading.close()


async def test_nobody_is_given_what_was_so_before_a_change(path):
    version = [1]
    reading = Reading(path, lambda: version[0])

    async def read():
        found = version[0]
        version[0] = 2  # it changes while it is read
        return found

    assert await reading.ask_once("name", read) == 1
    assert await reading.ask_once("name", read) == 2
    reading.close()


async def test_what_takes_long_does_not_stand_before_what_is_quick(path):
    reading = Reading(path, lambda: 1)
    go = asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow():
        return asyncio.run_coroutine_threadsafe(go.wait(), loop).result(10)

    waiting = asyncio.create_task(reading.ask_slowly(slow))
    assert await reading.ask(lambda store: store.path) == path
    assert await reading.write(lambda: "flipped") == "flipped"
    assert not waiting.done()
    go.set()
    assert await waiting
    reading.close()
