"""Both lanes over a recording: what native served is judged by the binary, what the legacy did by itself."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from shim.binary.kept import Kept
from shim.build import build
from shim.exchange import Response
from shim.knowledge import Knowledge, learned_noise, shipped_noise
from shim.reverse import Lanes, fingerprint, main
from shim.store.records import Record
from shim.store.snapshots import Snapshot
from shim.store.store import Store

sys.path.insert(0, str(Path(__file__).parent / "binary"))
from stand_in import JSON, a_binary, a_config, an_exchange

ENDPOINT = "POST /v1/messages"


@pytest.fixture
def database(tmp_path):
    """Three exchanges: one of the legacy's, one that native got right and one that it got wrong."""
    path = tmp_path / "recordings.db"
    state = Snapshot({**a_config("up-other-key", "up-secret-1"), "proxy-url": "", "tls": {"enable": True}}, {})
    wrong = replace(an_exchange("wrong", mode="native"), response=Response(200, JSON, (b'{"text":"hullo"}',)))
    with Store(path) as store, store.transaction():
        for one in (an_exchange(), an_exchange("right", mode="canary"), wrong):
            store.exchanges.add(Record(one, endpoint=ENDPOINT, provider="claude", snapshot=state))
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One authority for all: making its key takes a while."""
    return tmp_path_factory.mktemp("binary")


def known(path):
    return Knowledge(path.with_name("accepted.yaml"), (shipped_noise(), learned_noise(path)))


def latest(path, number, subject):
    with Store(path, read_only=True) as store:
        return store.verdicts.latest(number, subject)


async def test_each_exchange_gets_one_verdict_on_its_own_subject_and_a_planted_fault_is_found(database, folder):
    async with Kept(a_binary(folder), settle=0, folder=folder) as kept:
        lanes = Lanes(database, kept.play, "legacy+1", known(database))
        played = [await lanes.step() for _ in range(4)]
        assert kept.started <= 3  # one that is kept, and one to look again at what was different
    assert sorted((s.exchange, s.subject) for s in played if s) == [(1, "legacy"), (2, "reverse"), (3, "reverse")]
    found = [latest(database, 1, "legacy"), latest(database, 2, "reverse"), latest(database, 3, "reverse")]
    assert [(row.level, row.build) for row in found] == [
        ("identical", "legacy+1"),
        ("identical", build()),
        ("different", build()),
    ]
    (difference,) = found[2].differences
    assert (difference.path, difference.legacy, difference.native) == (
        "exchanges[0].response.json.text",
        '"hello"',
        '"hullo"',
    )


async def test_what_the_legacy_teaches_is_written_beside_the_recording(database, folder):
    with Store(database) as store, store.transaction():
        store.sql.execute("DELETE FROM interactions WHERE exchange > 1")
        store.sql.execute("DELETE FROM exchanges WHERE id > 1")
        noisy = replace(an_exchange(), response=Response(200, JSON, (b'{"text":"hello","id":"run=0a0b0c"}',)))
        state = Snapshot(a_config(), {})
        store.exchanges.add(Record(noisy, endpoint=ENDPOINT, provider="claude", snapshot=state))
    async with Kept(a_binary(folder, "noise"), settle=0, folder=folder) as kept:
        sample = await Lanes(database, kept.play, "legacy+1", known(database)).step()
    assert latest(database, sample.exchange, "legacy").level == "identical"
    followed = known(database)
    followed.refresh()
    assert (ENDPOINT, "exchanges[*].response.json.id") in followed.book.rules


async def test_a_recording_that_is_locked_is_tried_again_and_stopping_is_heeded(database, capsys):
    stop = asyncio.Event()

    async def play(*_args, **_more):
        stop.set()
        raise sqlite3.OperationalError("database is locked")

    lanes = Lanes(database, play, "legacy+1", known(database))
    lanes.step = play
    await asyncio.wait_for(lanes.follow(stop), 5)
    assert "trying again" in capsys.readouterr().err


def test_a_build_is_told_by_what_is_in_it(tmp_path):
    one, other = a_binary(tmp_path, "none"), a_binary(tmp_path, "body")
    assert fingerprint(one) != fingerprint(other)
    assert fingerprint(one).startswith("legacy+")


def test_a_binary_that_is_none_is_refused(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main([str(tmp_path / "r.db"), "--legacy-bin", str(tmp_path / "none")])
    assert "no program that can be run" in capsys.readouterr().err


@pytest.mark.legacy
def test_the_real_binary_finds_what_native_said_wrongly(tmp_path):
    from shim import corpusfile

    golden = Path(__file__).parents[2] / "recordings" / "golden" / "core-claude-claude.jsonl.gz"
    database = tmp_path / "recordings.db"
    with Store(database) as store, store.transaction():
        for n, case in enumerate(list(corpusfile.read(golden))[:3]):
            one = replace(case.runs[0].exchanges[0], mode="native")
            if n == 2:
                one = replace(one, response=replace(one.response, status=418))
            state = Snapshot({**case.config, "proxy-url": ""}, dict(case.auth_files))
            store.exchanges.add(Record(one, endpoint=ENDPOINT, provider="claude", snapshot=state))
    binary = os.environ["SHIM_LEGACY_BIN"]
    process = subprocess.Popen(
        (sys.executable, "-m", "shim.reverse", str(database), "--legacy-bin", binary, "--share", "1")
    )
    try:
        found = _levels(database, 3)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert found == {1: "identical", 2: "identical", 3: "different"}


def _levels(database, wanted):
    """The levels by exchange, once there are as many as wanted or a minute is over."""
    import time

    for _ in range(120):
        with Store(database, read_only=True) as store:
            rows = store.sql.execute("SELECT exchange, level FROM verdicts WHERE subject = 'reverse'").fetchall()
        if len(rows) >= wanted:
            return dict(rows)
        time.sleep(0.5)
    return dict(rows)
