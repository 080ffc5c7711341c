"""Snapshots: the configuration and credential files that an exchange happened under.

Law: equal states are one row, found by hash; what is put here is redacted already.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from shim.tape import digest_of


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state of the legacy.

    Attributes:
        config: `config.yaml` as a tree; `$WORK`, `$EGRESS`, `$SOCKS` stand for what differs by machine.
        auth_files: Credential files by name, as trees.
        taken: Seconds since 1970.
    """

    config: Mapping[str, Any]
    auth_files: Mapping[str, Any]
    taken: float = 0.0


class Snapshots:
    """The snapshots of one open database."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection
        self._last: tuple[Snapshot, int] | None = None

    def put(self, snapshot: Snapshot) -> int:
        """Store a snapshot; returns its id, that of an equal one where there is one."""
        if self._last is None or self._last[0] is not snapshot:
            self._last = snapshot, self._put(snapshot)
        return self._last[1]

    def forget(self) -> None:
        """Let go of what is known of the table."""
        self._last = None

    def _put(self, snapshot: Snapshot) -> int:
        config, files = (_text(dict(tree)) for tree in (snapshot.config, snapshot.auth_files))
        digest = digest_of(f"{config}\n{files}".encode())
        found = self._sql.execute("SELECT id FROM snapshots WHERE hash = ?", (digest,)).fetchone()
        if found:
            return int(found[0])
        added = self._sql.execute(
            "INSERT INTO snapshots (hash, taken, config, auth_files) VALUES (?, ?, ?, ?)",
            (digest, snapshot.taken, config, files),
        ).lastrowid
        return int(added or 0)

    def get(self, number: int) -> Snapshot:
        """The snapshot with this id.

        Raises:
            KeyError: There is none.
        """
        row = self._sql.execute("SELECT config, auth_files, taken FROM snapshots WHERE id = ?", (number,)).fetchone()
        if row is None:
            raise KeyError(f"there is no snapshot {number}")
        return Snapshot(orjson.loads(row[0]), orjson.loads(row[1]), row[2])


def _text(tree: Mapping[str, Any]) -> str:
    return orjson.dumps(tree, option=orjson.OPT_NON_STR_KEYS).decode()
