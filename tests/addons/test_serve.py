"""The front's process: it lets clients in when the legacy answers, and ends in order."""

import asyncio
import os
import socket

import pytest

from addons import serve as module
from addons.serve import Serving, serve
from shim.recorder import Recorder
from shim.run.settings import FrontSettings


class Closed(Recorder):
    """A recorder that tells whether it was closed."""

    closed = False

    def close(self, *_):
        self.closed = True
        return True


def a_front(legacy, **more):
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.bind(("127.0.0.1", 0))
    port = bound.getsockname()[1]
    return port, FrontSettings(front=bound.detach(), legacy=f"127.0.0.1:{legacy}", database="", **more)


async def until_open(port):
    async with asyncio.timeout(10):
        while True:
            try:
                return await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.005)


async def test_clients_are_let_in_once_the_legacy_answers(capsys):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        legacy = held.getsockname()[1]
        port, settings = a_front(legacy)
        stop = asyncio.Event()
        running = asyncio.ensure_future(Serving(settings, None).run(stop))
        await asyncio.sleep(0.05)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
        assert capsys.readouterr().out == ""
        held.listen()
        _, writer = await until_open(port)
        assert capsys.readouterr().out == '{"front": "ready"}\n'
        writer.close()
        stop.set()
        assert await running == 0


async def test_a_legacy_that_does_not_come_is_not_waited_for_for_ever():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port, settings = a_front(held.getsockname()[1], wait=0.05)
        stop = asyncio.Event()
        running = asyncio.ensure_future(Serving(settings, None).run(stop))
        _, writer = await until_open(port)
        writer.close()
        stop.set()
        await running


async def test_when_whoever_started_it_is_gone_it_ends_and_the_recorder_has_written(rig, monkeypatch):
    legacy = await rig.origin(rig.whole(b"{}"))
    port, settings = a_front(legacy.port)
    recorder = Closed(lambda _: None)
    ours, theirs = os.pipe()
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "set_task_factory", lambda _: None)
    running = asyncio.ensure_future(serve(settings, recorder, ours))
    _, writer = await until_open(port)
    writer.close()
    os.close(theirs)
    assert await asyncio.wait_for(running, 5) == 0
    assert recorder.closed
    os.close(ours)
    assert module.SWITCH_SECONDS < 0.005


async def test_a_port_is_left_to_another_when_the_last_client_has_gone_over(rig, capsys):
    legacy = await rig.origin(rig.whole(b"{}"))
    port, settings = a_front(legacy.port)
    serving, stop = Serving(settings, None), asyncio.Event()
    running = asyncio.ensure_future(serving.run(stop))
    reader, writer = await until_open(port)
    await asyncio.sleep(0)
    serving.parting.set()
    async with asyncio.timeout(5):
        while "parting" not in capsys.readouterr().out:  # noqa: ASYNC110  # it is said on standard output
            await asyncio.sleep(0.005)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)
    assert not running.done()
    writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert (await reader.read()).endswith(b"{}")
    assert await asyncio.wait_for(running, 5) == 0
    writer.close()


async def test_an_idle_connection_is_not_waited_for_longer_than_a_drain(rig):
    legacy = await rig.origin(rig.whole(b"{}"))
    port, settings = a_front(legacy.port, drain=0.05)
    serving = Serving(settings, None)
    running = asyncio.ensure_future(serving.run(asyncio.Event()))
    reader, writer = await until_open(port)
    serving.parting.set()
    assert await asyncio.wait_for(running, 5) == 0
    assert await reader.read() == b""
    writer.close()
