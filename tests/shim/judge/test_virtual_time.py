"""Time jumps to what happens next, and nothing of one run is left for another."""

import asyncio
import time

import pytest

from shim.judge import virtual_time


async def now():
    return asyncio.get_running_loop().time()


def test_pauses_cost_nothing():
    async def nap():
        start = asyncio.get_running_loop().time()
        await asyncio.gather(asyncio.sleep(3600), asyncio.sleep(7200))
        return asyncio.get_running_loop().time() - start

    start = time.perf_counter()
    assert virtual_time.run(nap()) == pytest.approx(7200)
    assert time.perf_counter() - start < 5


def test_time_stands_still_while_a_thread_works():
    async def work():
        loop = asyncio.get_running_loop()
        timer = asyncio.ensure_future(asyncio.sleep(60))
        done = await loop.run_in_executor(None, lambda: "done")
        late = timer.done()
        timer.cancel()
        return done, late

    assert virtual_time.run(work()) == ("done", False)


def test_nothing_that_is_judged_reaches_a_network():
    async def dial():
        await asyncio.open_connection("127.0.0.1", 9)

    with pytest.raises(OSError, match="reaches no network"):
        virtual_time.run(dial())


@pytest.mark.parametrize("reach", ["sock_connect", "getaddrinfo"])
def test_no_other_way_leads_to_a_network_either(reach):
    async def dial():
        await getattr(asyncio.get_running_loop(), reach)(None, None)

    with pytest.raises(OSError, match="reaches no network"):
        virtual_time.run(dial())


def test_what_is_due_first_happens_first_and_at_its_hour():
    heard = []

    async def say(after):
        await asyncio.sleep(after)
        heard.append((after, await now()))

    async def all_of_it():
        await asyncio.gather(say(3), say(1), say(2))

    virtual_time.run(all_of_it())
    assert heard == [(1, pytest.approx(1)), (2, pytest.approx(2)), (3, pytest.approx(3))]


def test_every_run_begins_at_nothing():
    async def nap():
        began = await now()
        await asyncio.sleep(60)
        return began

    assert [virtual_time.run(nap()) for _ in range(2)] == [0, 0]


def test_what_was_left_running_ends_with_the_run():
    left = []

    async def for_ever():
        try:
            await asyncio.sleep(1e9)
        finally:
            left.append("ended")

    async def begin():
        left.append(asyncio.ensure_future(for_ever()))
        await asyncio.sleep(0)

    virtual_time.run(begin())
    assert left[1:] == ["ended"]
    assert left[0].cancelled()


def test_a_run_that_fails_leaves_the_next_as_new():
    async def fail():
        await asyncio.sleep(5)
        raise ValueError("wrong")

    with pytest.raises(ValueError, match="wrong"):
        virtual_time.run(fail())
    assert virtual_time.run(now()) == 0
