"""What goes on beside a block has ended when that is left."""

import asyncio

import pytest

from shim.beside import beside


class Work:
    """Counts its turns, and knows that it ended."""

    def __init__(self):
        self.turns, self.ended = 0, False
        self.thrice = asyncio.Event()

    async def go_on(self):
        try:
            while True:
                self.turns += 1
                if self.turns == 3:
                    self.thrice.set()
                await asyncio.sleep(0)
        finally:
            await asyncio.sleep(0)
            self.ended = True


async def test_it_goes_on_while_the_block_runs_and_has_ended_behind_it():
    work = Work()
    async with beside(work.go_on()):
        await work.thrice.wait()
    turns = work.turns
    await asyncio.sleep(0)
    assert (work.turns, work.ended) == (turns, True)


async def test_it_ends_with_a_block_that_fails_too():
    work = Work()

    async def fail():
        async with beside(work.go_on()):
            await work.thrice.wait()
            raise ValueError("the block's own")

    with pytest.raises(ValueError, match="the block's own"):
        await fail()
    assert work.ended


async def test_what_it_failed_with_is_told_when_the_block_is_left():
    async def fail():
        raise ValueError("the work's own")

    async def run():
        async with beside(fail()):
            await asyncio.sleep(0)

    with pytest.raises(ValueError, match="the work's own"):
        await run()
