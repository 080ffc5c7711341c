"""A recorder that is killed at a random moment: the database opens, and what it had said to be recorded is there."""

import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from shim.exchange import Request, Response
from shim.messages import Route
from shim.store import Store
from shim.writer import recorder

RECORD = """
import sys, time
from pathlib import Path
from shim.exchange import Request, Response
from shim.messages import Route
from shim.writer import recorder

made = recorder(Path(sys.argv[1]), interval=0.005)
made.start()
print("started", flush=True)
said = number = 0
while True:
    key = str(number)
    body = (b'{"messages": [{"role": "user", "content": "%d"}]}' % number) * 40
    made.begin(key, Request("POST", "/v1/messages", (), body), time.time())
    made.finish(key, Response(200, (), (body,)), time.time(), Route())
    number += 1
    if made.counters.recorded > said:
        said = made.counters.recorded
        print(said, flush=True)
    time.sleep(0.0005)
"""


def kill_one(path, moment):
    """Run a recorder and kill it; returns how many it had said to be recorded."""
    process = subprocess.Popen([sys.executable, "-c", RECORD, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "started\n"
    time.sleep(moment)
    process.send_signal(signal.SIGKILL)
    said, _ = process.communicate()
    return int(said.split()[-1]) if said.split() else 0


def check(path, said, before):
    with closing(sqlite3.connect(path)) as sql:
        assert sql.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert sql.execute("PRAGMA foreign_key_check").fetchall() == []
    with Store(path) as store:
        records = list(store.exchanges.all("id > ?", (before,)))
        assert len(records) >= said
        for number, record in enumerate(records):
            body = (b'{"messages": [{"role": "user", "content": "%d"}]}' % number) * 40
            assert (record.exchange.request.body, record.exchange.response.body) == (body, body)
        sessions = store.sessions.all()
        if not sessions:
            assert records == []
            return before
        session = sessions[-1]
        assert session.ended is None
        assert records == [] or session.standing.recorded == session.found == len(records)
        return before + len(records)


def kill(path, times):
    chance = random.Random(times)
    last = total = 0
    for _ in range(times):
        said = kill_one(path, chance.uniform(0.0, 0.4))
        if not path.exists():
            continue
        last = check(path, said, last)
        total += said
    assert total > 0
    made = recorder(path, interval=0.005)
    made.start()
    made.begin("after", Request("GET", "/"), time.time())
    made.finish("after", Response(200), time.time(), Route())
    assert made.close(30)
    assert made.counters.recorded == 1


def test_a_killed_recorder_loses_at_most_what_was_in_flight(tmp_path):
    kill(tmp_path / "r.db", 4)


@pytest.mark.slow
def test_a_recorder_killed_fifty_times_loses_at_most_what_was_in_flight(tmp_path):
    kill(tmp_path / "r.db", 50)
