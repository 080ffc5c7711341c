import asyncio

import pytest

from native.log_ins import running
from native.log_ins.journey import LogIn, NotBegunError


async def nothing(journey):
    journey.state = journey.drawn()
    return {"url": "https://x.example.test"}


async def broken(_):
    raise RuntimeError("a fault of ours")


@pytest.fixture
def a_way(monkeypatch):
    def use(finish=broken, **more):
        way = LogIn("codex", nothing, finish, **more)
        monkeypatch.setattr(running, "log_in_of", lambda _: way)

    return use


async def test_a_log_in_that_breaks_says_so(office, a_way, caplog):
    a_way()
    log_ins, *_ = office([])
    said = await log_ins.begin("codex", {})
    for _ in range(5):
        await asyncio.sleep(0)
    assert log_ins.sessions.get(said["state"]).status == "Authentication failed"
    assert "a fault of ours" in caplog.text


async def test_a_log_in_ends_with_the_server(office, a_way):
    ended = []

    async def waiting(_):
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    a_way(waiting)
    log_ins, *_ = office([])
    await log_ins.begin("codex", {})
    await asyncio.sleep(0)
    await log_ins.close()
    assert ended == [True]


async def test_without_a_port_of_its_own_no_browser_can_be_sent_on(office, a_way):
    a_way(port=1)
    with pytest.raises(NotBegunError, match="callback server unavailable"):
        await office([])[0].begin("codex", {"is_webui": "1"})


async def test_who_knows_nobody_s_way_says_so(office):
    with pytest.raises(KeyError):
        await office([])[0].begin("nobody", {})


async def test_ports_that_belong_to_others_are_left_to_them(office, a_way):
    a_way(port=1)
    log_ins, *_ = office([], callback_ports=False)
    assert (await log_ins.begin("codex", {"is_webui": "1"}))["status"] == "ok"
    await log_ins.close()
