"""A recording made up to the wish of a test about gates: exchanges, verdicts, flags, at times of its choosing."""

import contextlib
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from shim.build import build
from shim.exchange import Exchange, Request, Response
from shim.flags.ledger import Ledger
from shim.flags.table import Scope, Value
from shim.gates import standing
from shim.gates.gates import Gates, Latency, Selfsame, Step
from shim.store import Record, Store, VerdictRow
from shim.store.sessions import Standing

CLAUDE = "POST /v1/messages"
CHAT = "POST /v1/chat/completions"
START = 1_000_000.0

GATES = Gates(
    steps=(
        Step(flag="canary 1%", judged=20, parity=80.0),
        Step(flag="canary 10%", judged=30, parity=80.0, served=5, soak=60),
        Step(flag="canary 50%", judged=40, parity=80.0, served=10, latency=Latency(answers=20)),
        Step(flag="native", judged=50, parity=90.0, served=20, accepted=False),
    ),
    selfsame=Selfsame(judged=10),
)
"""Gates that few exchanges open."""


def opened_quickly(opened: contextlib.ExitStack, path: Path) -> Store:
    """A recording that never waits for the disk: nobody pulls the plug on a test."""
    store = opened.enter_context(Store(path))
    store.sql.execute("PRAGMA synchronous = OFF")
    return store


@dataclass
class Scene:
    """A recording, and what passes through it."""

    path: Path
    store: Store
    opened: contextlib.ExitStack
    now: float = START

    def elsewhere(self) -> Store:
        """The same recording as another process has it open."""
        return opened_quickly(self.opened, self.path)

    def flag(self, value: str, endpoint: str = CLAUDE, at: float | None = None, **narrowed: str) -> None:
        """Somebody sets a flag."""
        scope = Scope(endpoint, **narrowed)
        Ledger(self.store.sql).set(scope, Value.parse(value), who="ann", why="", at=self.now if at is None else at)

    def flags(self) -> dict[Scope, str]:
        """What holds."""
        return {flag.scope: str(flag.value) for flag in Ledger(self.store.sql).table().flags}

    def pass_by(self, count: int = 1, mode: str = "legacy", **more: object) -> list[int]:
        """Exchanges that begin and end now: their numbers."""
        given = {"endpoint": CLAUDE, "provider": "claude", "took": 1.0, "first": 0.2, **more}
        took, first = given.pop("took"), given.pop("first")
        answer = Response(200, (), (b"x",), (first,))
        exchange = Exchange(Request("POST", "/v1/messages"), answer, mode=mode)
        record = Record(exchange, began=given.pop("began", self.now), took=took, **given)
        with self.store.transaction():
            return [self.store.exchanges.add(record) for _ in range(count)]

    def judge(self, numbers: list[int], level: str = "identical", subject: str = "native", **more: object) -> None:
        """Verdicts on exchanges."""
        given = {"build": build(), "judged": self.now, **more}
        with self.store.transaction():
            for number in numbers:
                self.store.verdicts.add(VerdictRow(number, level, subject=subject, **given))

    def clean(self, count: int, **more: object) -> None:
        """Exchanges that native was judged clean on."""
        self.judge(self.pass_by(count, **more))

    def alike(self, count: int = 10, level: str = "identical") -> None:
        """Exchanges on which the legacy was judged against itself."""
        self.judge(self.pass_by(count, endpoint=CLAUDE), level, "legacy")

    def session(self, **counts: int) -> None:
        """A life of the recorder that counted so."""
        with self.store.transaction():
            self.store.sessions.tell(self.store.sessions.begin(self.now), Standing(**counts))


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A recording with nothing in it, to be copied: making its tables takes a while."""
    path = tmp_path_factory.mktemp("gates") / "made.db"
    Store(path).close()
    return path


@pytest.fixture
def scene(tmp_path, made):
    path = tmp_path / "recordings.db"
    shutil.copy(made, path)
    with contextlib.ExitStack() as opened:
        yield Scene(path, opened_quickly(opened, path), opened)


@pytest.fixture
def nothing_shipped(monkeypatch, tmp_path):
    """What recordings told of the legacy against itself: a file that is not there, to be written by who wants one."""
    found = tmp_path / "selfsame.json"
    monkeypatch.setattr(standing, "SELFSAME", found)
    return found


@pytest.fixture
def gates():
    return GATES
