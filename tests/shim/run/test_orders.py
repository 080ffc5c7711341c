"""Orders are seen at the next look; who renews changes hands while nobody renews."""

import asyncio
import os

from native.credentials.renewals import Renewals
from shim.cutover.log import CutoverLog
from shim.cutover.phases import Event, Phase
from shim.run.orders import Keeper, Orders, keeper_of
from shim.run.places import DATABASE, RENEWALS

KEEPER = Keeper(pid=os.getpid(), config="/c.yaml", legacy="/bin/x", attached=False, address="127.0.0.1:1")


async def test_a_phase_is_seen_when_it_is_written(tmp_path):
    orders = Orders(tmp_path)
    assert orders.phase() is Phase.OPEN
    with CutoverLog.open(tmp_path / DATABASE) as log:
        assert orders.phase() is Phase.OPEN
        log.happened(Event.APPLY)
    assert orders.phase() is Phase.ORDERED
    assert await orders.happened(Event.TAKEN) is Phase.TAKEN
    assert orders.phase() is Phase.TAKEN
    orders.close()


async def test_a_database_in_use_is_waited_for(tmp_path, monkeypatch):
    orders = Orders(tmp_path)
    with CutoverLog.open(tmp_path / DATABASE) as log:
        log.happened(Event.APPLY)
    monkeypatch.setattr("shim.store.connection.connect.__kwdefaults__", {"busy": 0.01})
    with CutoverLog.open(tmp_path / DATABASE) as log:
        log._sql.execute("BEGIN IMMEDIATE")
        telling = asyncio.ensure_future(orders.happened(Event.TAKEN))
        await asyncio.wait([telling], timeout=0.1)
        assert not telling.done()
        log._sql.execute("ROLLBACK")
    assert await telling is Phase.TAKEN


async def test_a_renewal_under_way_is_waited_for_and_not_for_ever(tmp_path, monkeypatch):
    orders, native = Orders(tmp_path), Renewals(tmp_path / RENEWALS)
    assert await orders.renewals_to("native")
    with native.turn() as may:
        assert may
        handing = asyncio.ensure_future(orders.renewals_to("legacy"))
        await asyncio.sleep(0.05)
        assert not handing.done()
    assert await handing
    with native.turn() as may:
        assert not may
    await orders.renewals_to("native")
    monkeypatch.setattr("shim.run.orders.RENEWAL_SECONDS", 0.05)
    with native.turn():
        assert not await orders.renewals_to("legacy")


def test_one_keeper_heeds_orders_and_a_dead_one_is_known_as_such(tmp_path):
    assert keeper_of(tmp_path) == (None, False)
    first, second = Orders(tmp_path), Orders(tmp_path)
    assert first.hold(KEEPER)
    assert not second.hold(KEEPER)
    assert keeper_of(tmp_path) == (KEEPER, True)
    first.close()
    assert keeper_of(tmp_path) == (KEEPER, False)
    assert second.hold(KEEPER)
    second.close()
