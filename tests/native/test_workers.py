import asyncio
import os
import signal
import socket
import sys

import pytest

from native.counters import OwnCounters, SharedCounters
from native.credentials.credential import ModelState, Quota
from native.pool import News
from native.workers import read, run, written

STATE = ModelState(unavailable=True, status="error", retry_at=5.5, quota=Quota(exceeded=True, recover_at=5.5, level=2))


@pytest.mark.parametrize("news", [News("c", "m", STATE, "quota"), News("c", "m\n(high)", None, "")])
def test_news_survive_the_way(news):
    assert read(written(news).rstrip(b"\n")) == news
    assert written(news).count(b"\n") == 1


@pytest.mark.parametrize("counters", [OwnCounters(), SharedCounters()])
def test_a_counter_stands_where_it_was_set(counters):
    assert counters.get("a") == 0
    counters.set("a", 7)
    assert (counters.get("a"), counters.get("b")) == (7, 0)


def test_processes_see_the_same_turns_and_tell_each_other_what_they_saw():
    said, heard = socket.socketpair()
    one, other = socket.socketpair()

    async def live(company):
        told = asyncio.get_running_loop().create_future()

        class Pool:
            tell = None
            hear = staticmethod(told.set_result)

        await company.join(Pool)
        turn = company.counters.get("turn")
        company.counters.set("turn", turn + 1)
        Pool.tell(News(f"from {turn}", "m", STATE, "quota"))
        said.sendall((await told).model.encode())
        if os.read(role, 1) == b"1":
            one.sendall(b"x")
        else:
            await asyncio.to_thread(other.recv, 1)
            os.kill(os.getppid(), signal.SIGTERM)
        await asyncio.Event().wait()

    role, roles = os.pipe()
    os.write(roles, b"12")
    with said, heard, one, other:
        assert run(2, lambda company: asyncio.run(live(company))) == 0
        assert heard.recv(10) == b"mm"


async def test_all_end_when_asked_to(tmp_path, unused_tcp_port):
    (tmp_path / "config.yaml").write_text(f"port: {unused_tcp_port}\nauth-dir: {tmp_path}\n")
    command = (sys.executable, "-m", "native", "--workers", "2", "--config", tmp_path / "config.yaml")
    process = await asyncio.create_subprocess_exec(*command)
    try:
        async with asyncio.timeout(60):
            while True:
                try:
                    reader, writer = await asyncio.open_connection("127.0.0.1", unused_tcp_port)
                    break
                except OSError:
                    await asyncio.sleep(0.05)
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            writer.close()
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
