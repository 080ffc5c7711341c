"""A recording of a million exchanges: what report, page, gates and guard take on it, and what recorder and judge do.

The exchanges are small ones of the judge's benchmark, multiplied within the database: 12 endpoints, one in ten answered
by native, seven in ten judged, one of those in 200 different. And, unless `--conversations 0`, conversations of 50
turns that grow to 100 KB: what the file keeps of what was sent.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from shim import report
from shim.build import build
from shim.coverage import native_ids
from shim.flags.ledger import Ledger
from shim.flags.table import EVERY, Scope, Value
from shim.gates.gates import Gates
from shim.gates.guard import Guard
from shim.gates.standing import standings
from shim.groups import groups
from shim.page.health import health
from shim.page.listing import listing
from shim.page.overview import overview
from shim.shadow import Shadow
from shim.store.records import Record
from shim.store.snapshots import Snapshot
from shim.store.store import Store
from tests.bench.judge import small
from tests.bench.recorder import grow, record

LONGEST = 1.0  # seconds for an answer of report or page
SLOWEST = 0.85  # of the rate on an empty recording
SHARE = 0.05  # of what conversations sent
TEMPLATE = 500
ENDPOINTS = (
    *("POST /v1/chat/completions", "POST /v1/messages", "POST /v1/responses", "POST /v1beta/models/*action"),
    *("POST /v1/messages/count_tokens", "GET /v1/models", "GET /v1beta/models", "POST /v1/completions"),
    *("GET /v0/management/config", "GET /v0/management/usage", "GET /v0/management/auth-files", "GET /"),
)
_EXCHANGES = """
INSERT INTO exchanges (id, session, position, began, took, endpoint, provider, model, stream, mode, fallback,
    unjudgeable, snapshot, first) SELECT id + :up, session, position, :began + id, 0.5 + (id * 37 + :n) % 100 / 100.0,
    :endpoint, provider, model, stream, :mode, fallback, unjudgeable, snapshot, 0.1 + (id * 13 + :n) % 100 / 1000.0
FROM exchanges WHERE id <= :count
"""
_INTERACTIONS = """
INSERT INTO interactions (exchange, side, position, began, took, method, url, request_headers, request_body, status,
    response_headers, response_body, sizes, times, complete) SELECT exchange + :up, side, position, :began, took,
    method, url, request_headers, request_body, status, response_headers, response_body, sizes, times, complete
FROM interactions WHERE exchange <= :count
"""
_VERDICTS = """
INSERT INTO verdicts (exchange, subject, build, judged, took, level, sent, reason, detail, rules, noise)
    SELECT id + :up, :subject, :build, :began + id + 1, 0.002, iif((id * 7 + :n) % 200, 'identical', 'different'),
    'same', '', '', '[]', '[]' FROM exchanges WHERE id <= :count
"""
_DIFFERENCES = """
INSERT INTO differences (verdict, path, side, kind, legacy, native, note)
    SELECT id, 'exchanges[0].response.body.usage.total_tokens', 'client', 'changed', '1', '2', '' FROM verdicts
    WHERE exchange > :up AND level = 'different'
"""


def add(store, cases):
    """Write cases as live exchanges."""
    with store.transaction():
        for case in cases:
            one = case.runs[0].exchanges[0]
            snapshot = Snapshot(dict(case.config), dict(case.auth_files))
            given = {"endpoint": ENDPOINTS[0], "provider": "openai-compatibility", "model": "lab", "snapshot": snapshot}
            store.exchanges.add(Record(one, began=time.time(), took=0.1, **given))


def multiply(store, count, now):
    """Fill a recording up to `count` exchanges; returns the seconds that took."""
    start = time.perf_counter()
    for n in range(1, count // TEMPLATE):
        kind = n % 10
        values = {
            "n": n,
            "up": n * TEMPLATE,
            "count": TEMPLATE,
            "began": now - count + n * TEMPLATE,
            "endpoint": ENDPOINTS[n % len(ENDPOINTS)],
            "mode": ("native", "canary")[n % 2] if kind == 0 else "legacy",
            "subject": "reverse" if kind == 0 else "native",
            "build": build(),
        }
        with store.transaction():
            store.sql.execute(_EXCHANGES, values)
            store.sql.execute(_INTERACTIONS, values)
            if kind <= 6:
                store.sql.execute(_VERDICTS, values)
                store.sql.execute(_DIFFERENCES, values)
    return time.perf_counter() - start


def timed(name, call, limit=LONGEST):
    """Print the second of two runs; whether its processor time kept the limit, as others may want the processor too."""
    call()
    start, used = time.perf_counter(), time.process_time()
    call()
    took, used = time.perf_counter() - start, time.process_time() - used
    print(f"{name:48} {took * 1e3:8.0f} ms, {used * 1e3:.0f} of a processor's (at most {limit * 1e3:.0f})")
    return used <= limit


def reported(path):
    """Run the command; whether it takes less processor time than it may, the loading of what it needs included."""
    command = [sys.executable, "-m", "shim", "report", "--json", "--data-dir", str(path.parent)]
    before, start = os.times(), time.perf_counter()
    subprocess.run(command, capture_output=True, check=False)
    took, after = time.perf_counter() - start, os.times()
    used = after.children_user - before.children_user + after.children_system - before.children_system
    print(f"{'shim report, as a command':48} {took * 1e3:8.0f} ms, {used * 1e3:.0f} of a processor's (at most 1000)")
    return used <= LONGEST


def looks(path, now):
    """What reads the whole recording."""
    good = [reported(path)]
    with Store(path, read_only=True) as store:
        good.append(timed("report", lambda: report.read(store)))
        good.append(timed("gates of 12 endpoints", lambda: standings(store, Gates(), now=now)))
        good.append(timed("the page's table", lambda: overview(store, Gates(), now)))
        good.append(timed("the page's health", lambda: health(store, now)))
        good.append(timed("the page's differing exchanges", lambda: listing(store, ENDPOINTS[1], "different", 0)))
        good.append(timed("causes of differences", lambda: groups(store)))
    with Store(path) as store, Store(path) as other:
        Ledger(store.sql).set(Scope(EVERY), Value.parse("canary 50%"), who="bench", why="", at=now - 1e9)

        def first():
            Guard(store, Gates(breach={"difference_rate": 100, "error_rate": 100, "severe": 100})).look()

        good.append(timed("the guard's first look", first))
        guard = Guard(store, Gates(breach={"difference_rate": 100, "error_rate": 100, "severe": 100}))
        guard.look()

        def again():
            other.sql.execute("UPDATE exchanges SET pause = 0 WHERE id = 1")
            other.exchanges.add(other.exchanges.get(1))
            guard.look()

        good.append(timed("the guard's look at one new exchange", again, 0.25))
    return all(good)


def judged(path, steps=3):
    """Verdicts a second of processor time."""
    with Store(path) as store:
        store.sql.execute("UPDATE exchanges SET judged_level = '' WHERE id <= ?", (TEMPLATE,))
        Ledger(store.sql).set(Scope(EVERY), Value.parse("shadow"), who="bench", why="")
    shadow = Shadow(path)
    shadow.step()
    start = time.process_time()
    done = sum(shadow.step() for _ in range(steps))
    return done / (time.process_time() - start)


def compared(name, rate, small_one, full_one):
    """Print the best of three rates on each, measured in turn; whether the second keeps up with the first."""
    found = [(rate(small_one), rate(full_one)) for _ in range(3)]
    empty, full = (max(rates) for rates in zip(*found, strict=True))
    print(f"{name:48} {full:8.0f} a second, {empty:.0f} on an empty recording (at least {SLOWEST:.0%} of it)")
    return full >= SLOWEST * empty


def main():
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--conversations", type=int, default=1000)
    asked = parser.parse_args()
    now = time.time()
    cases = small(TEMPLATE)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "full"
        empty = Path(name) / "empty"
        empty.mkdir()
        path = folder / "recordings.db"
        with Store(path) as store:
            add(store, cases)
            store.builds.put(build(), native_ids())  # as the judge does where it starts
            took = multiply(store, asked.count, now)
        print(f"{asked.count} exchanges made in {took:.0f} s, {path.stat().st_size / 1e6:.0f} MB")
        good = looks(path, now)
        with Store(empty / "recordings.db") as store:
            add(store, cases)
        good &= compared("verdicts", judged, empty / "recordings.db", path)
        (empty / "recordings.db").unlink()
        path.rename(folder / "small-1.db")
        good &= compared("exchanges recorded", lambda where: record(where, 4000, 1)[0], empty, folder)
    if asked.conversations:
        with tempfile.TemporaryDirectory() as name:
            sent, share, took = grow(Path(name), asked.conversations)
        print(f"{asked.conversations} growing conversations: {sent / 1e9:.2f} GB sent, {share:.1%} kept, {took:.0f} s")
        good &= share <= SHARE
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
