"""Processes are kept alive, and ended in order."""

import asyncio
import os
import sys

from shim.run import supervise
from shim.run.supervise import FIRST_PAUSE, LONGEST_PAUSE, Program, Supervised, pause_after


def a_program(code, **more):
    return Program("the program", (sys.executable, "-c", code), dict(os.environ), **more)


async def until(found):
    async with asyncio.timeout(20):
        while not found():  # noqa: ASYNC110  # a process says nothing when it is up
            await asyncio.sleep(0.005)


def test_pauses_grow_and_have_an_end():
    pauses = [pause_after(deaths) for deaths in range(1, 100)]
    assert pauses[0] == FIRST_PAUSE
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE


async def test_what_dies_is_started_again(monkeypatch, caplog):
    monkeypatch.setattr(supervise, "FIRST_PAUSE", 0.001)
    lines = []
    process = Supervised(a_program("print('up', flush=True); raise SystemExit(3)"), lines.append)
    process.start()
    await until(lambda: len(lines) >= 3)
    await process.end(5)
    assert "ended with 3" in caplog.text
    assert not process.running


async def test_it_is_told_what_to_know_and_its_input_stays_open():
    lines = []
    code = "import sys; print(sys.stdin.readline().strip(), flush=True); sys.stdin.read(); print('end', flush=True)"
    process = Supervised(a_program(code, told=b"hello\n"), lines.append)
    process.start()
    await until(lambda: lines == [b"hello\n"])
    assert process.running
    assert process.pid
    await process.end(5)
    assert lines == [b"hello\n"]


async def test_a_socket_is_taken_over():
    ours, theirs = os.pipe()
    process = Supervised(a_program(f"import os; os.write({theirs}, b'mine'); input()", descriptors=[theirs], told=b""))
    process.start()
    assert await asyncio.to_thread(os.read, ours, 4) == b"mine"
    await process.end(5)
    os.close(ours)
    os.close(theirs)


async def test_what_will_not_end_is_killed(caplog):
    lines = []
    code = "import signal, time; signal.signal(signal.SIGTERM, lambda *_: 0); print('up', flush=True); time.sleep(99)"
    process = Supervised(a_program(code), lines.append)
    process.start()
    await until(lambda: lines)
    await process.end(0.05)
    assert "was killed" in caplog.text
    assert not process.running


async def test_what_cannot_be_started_is_tried_again_until_the_end(caplog):
    process = Supervised(Program("the program", ("/no/such/program",), {}))
    process.start()
    await until(lambda: process.deaths)
    await process.end(1)
    assert "No such file" in caplog.text


async def test_it_is_started_once_and_not_after_its_end():
    lines = []
    process = Supervised(a_program("print('up', flush=True); input()", told=b""), lines.append)
    process.start()
    process.start()
    await until(lambda: lines)
    await process.end(5)
    process.start()
    assert not process.running
    assert lines == [b"up\n"]


async def test_it_stands_back_as_far_as_it_is_told():
    lines = []
    process = Supervised(
        a_program("import os; print(os.nice(0), flush=True); input()", told=b"", niceness=3), lines.append
    )
    process.start()
    await until(lambda: lines)
    await process.end(5)
    assert int(lines[0]) == min(os.nice(0) + 3, 19)
