"""Structured logs: a line of JSON for each side of each exchange, under the exchange's id from client to provider.

Everything that writes such lines lives here. It follows the recording in a process of its own (`python -m shim.loglines
DATABASE`), so that no request waits for a log. Laws: nothing is written that is not in the recording, which is
redacted; of addresses host and path alone, of bodies their sizes alone; each exchange is told once, in the order of the
ids.
"""

import argparse
import json
import logging
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from native.loglines import Lines, stamp
from shim.flags.ledger import Ledger
from shim.stopping import follow, told_to_stop
from shim.store.connection import connect_to_read

PACE = 0.25  # seconds between looks
BATCH = 500
POSITION = "log.position"
_NEW = """
SELECT i.exchange, i.side, i.position, i.began, i.took, i.method, i.url, i.status, i.complete, q.size, a.size,
    e.endpoint, e.provider, e.model, e.stream, e.mode, e.fallback, e.fault
FROM (SELECT * FROM exchanges WHERE id > ? AND run IS NULL ORDER BY id LIMIT ?) e
JOIN interactions i ON i.exchange = e.id
LEFT JOIN bodies q ON q.id = i.request_body LEFT JOIN bodies a ON a.id = i.response_body
ORDER BY e.id, i.side, i.position
"""

type Json = dict[str, Any]


def set_up(log_format: str) -> None:
    """Have `shim run` speak in lines of text, or of JSON."""
    speaker = logging.StreamHandler()
    speaker.setFormatter(Lines() if log_format == "json" else logging.Formatter("shim run: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[speaker])


def lines(sql: sqlite3.Connection, after: int) -> Iterator[Json]:
    """The lines of the exchanges behind one id, a batch of them at most; each says its `exchange`."""
    for row in sql.execute(_NEW, (after, BATCH)).fetchall():
        number, side, position, began, took, method, url, status, complete, sent, got, *filed = row
        endpoint, provider, model, stream, mode, fallback, fault = filed
        where = urlsplit(url)
        line: Json = {
            "time": stamp(began + took),
            "exchange": number,
            "side": side,
            "method": method,
            "path": where.path,
            "status": status,
            "complete": bool(complete),
            "ms": round(took * 1000, 1),
            "bytes_in": sent or 0,
            "bytes_out": got or 0,
        }
        if side == "client":
            line |= {"endpoint": endpoint, "mode": mode, "provider": provider, "model": model, "stream": bool(stream)}
            line |= {name: text for name, text in (("fallback", fallback), ("fault", fault)) if text}
        else:
            line |= {"call": position, "host": where.hostname}
        yield line


class Follower:
    """Writes the lines of what is recorded since a moment.

    Args:
        sql: The recording, open to read.
        write: Takes each line.
        since: Seconds since 1970; what began before is not told.
        position: A file that remembers how far was told, so that one who is started again says nothing twice.
    """

    def __init__(self, sql: sqlite3.Connection, write: Callable[[str], object], since: float, position: Path) -> None:
        self._sql, self._write, self._position = sql, write, position
        row = sql.execute("SELECT id FROM exchanges WHERE began < ? ORDER BY began DESC LIMIT 1", (since,)).fetchone()
        self._last = max(row[0] if row else 0, _remembered(position))

    def step(self) -> int:
        """Write what is new, a batch at most; returns how many lines that were."""
        told = list(lines(self._sql, self._last))
        for line in told:
            self._last = line["exchange"]
            self._write(json.dumps(line, ensure_ascii=False) + "\n")
        if told:
            self._position.write_text(f"{self._last}\n", encoding="ascii")
        return len(told)

    def follow(self, stop: threading.Event) -> None:
        """Write what comes until told to stop."""

        def tell() -> int:
            done = self.step()
            sys.stdout.flush()
            return done

        follow(tell, stop, PACE, "log")


def _remembered(position: Path) -> int:
    text = position.read_text(encoding="ascii", errors="replace").strip() if position.exists() else ""
    return int(text) if text.isdecimal() else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m shim.loglines DATABASE`: follow a recording until SIGTERM, on standard output."""
    parser = argparse.ArgumentParser(prog="python -m shim.loglines", description="A line of JSON for each exchange.")
    parser.add_argument("database", type=Path)
    parser.add_argument("--since", type=float, default=time.time(), help="seconds since 1970; now by default")
    asked = parser.parse_args(arguments)
    database: Path = asked.database
    Ledger.open(database).close()  # makes it where there is none
    stop = told_to_stop()
    Follower(connect_to_read(database), sys.stdout.write, asked.since, database.with_name(POSITION)).follow(stop)
    return 0


if __name__ == "__main__":
    sys.exit(main())
