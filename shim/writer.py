"""The recorder's own thread: messages in, rows out.

Everything between the queue and the database lives here: messages are tied together, redacted and written in batches.
Laws: nothing is written that the redactor has not passed; one exchange that cannot be stored ends nothing, and is
counted; while the disk refuses, records wait up to a bound and are then dropped, counted too.
"""

import logging
import sqlite3
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shim.correlate import Correlator
from shim.judge.verdict import Reason
from shim.messages import Asked, Begun, Ended, Gap, Lost, Message, Said, State, Wrote
from shim.recorder import Counters, Recorder
from shim.redact import Redactor, key_of
from shim.state import StateFiles, trees_of
from shim.store import Record, Snapshot, Store, Stray
from shim.store.sessions import Standing
from shim.tied import Left, record_of, stray_of, with_state

WAITING = 5_000  # records that wait for a disk
STATES = 8  # that are remembered: an exchange is heard of a little after it began
PATIENT = 60.0  # seconds that they do

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pending:
    """A redacted record on its way to the disk."""

    what: Record | Stray
    key: str
    since: float


class StoreWriter:
    """Writes what the recorder is offered into a store.

    Args:
        path: The database.
        counters: Kept up to date here: recorded, given up, strays.
        redactor: Passes every record.
        clock: Seconds since 1970.
        open_store: How to open the database.
        look: Looks whether the legacy's state has changed.
    """

    def __init__(
        self,
        path: Path,
        counters: Counters,
        redactor: Redactor,
        *,
        clock: Callable[[], float] = time.time,
        open_store: Callable[[Path], Store] = Store,
        look: Callable[[], State | None] = lambda: None,
    ) -> None:
        self._path, self._open_store, self._look = path, open_store, look
        self._counters, self._redactor, self._clock = counters, redactor, clock
        self._correlator = Correlator()
        self._state: deque[Snapshot] = deque(maxlen=STATES)  # newest first
        self._states: dict[str, Snapshot | None] = {}
        self._left: dict[str, Left] = {}
        self._blind = False
        self._pending: deque[Pending] = deque()
        self._store: Store | None = None
        self._session = 0
        self._told: Standing | None = None
        self._refused = False

    def take(self, messages: list[Message]) -> None:
        """Take a batch; write what is settled."""
        changed = self._look()
        if changed is not None:
            self._take_state(changed)
        for message in messages:
            try:
                self._hear(message)
            except Exception as error:  # noqa: BLE001 # one message that cannot be taken in ends nothing
                log.warning("a message could not be taken in: %s", type(error).__name__)
                self._lose(message)
        now = self._clock()
        for ingress in self._correlator.settled(now):
            state, left = self._states.get(ingress.key), self._left.pop(ingress.key, None)
            record = with_state(record_of(ingress, state), state, left)
            self._admit(ingress.key, lambda: self._redactor.record(record), now)  # noqa: B023 # called at once
        for egress in self._correlator.strays():
            self._counters.strays += 1
            self._admit("", lambda: self._redactor.stray(stray_of(egress)), now)  # noqa: B023 # called at once
        self._write(now)

    def close(self) -> None:
        """Write what is left, those under way as far as they came excepted."""
        self.take([])
        if self._store is not None:
            try:
                with self._store.transaction():
                    self._tell(self._store, 0)
                    self._store.sessions.end(self._session, self._clock())
            except sqlite3.Error as error:
                log.warning("the recording could not be ended in good order: %s", error)
            self._store.close()

    def _hear(self, message: Message) -> None:
        match message:
            case Begun(call=True):
                self._correlator.begin_call(message)
            case Begun():
                self._correlator.begin(message)
                self._states[message.key] = self._state_at(message.at)
            case Asked():
                self._correlator.ask(message)
            case Ended(call=True):
                self._correlator.finish_call(message)
            case Ended():
                self._correlator.finish(message)
            case Said(key=key, frame=frame):
                self._correlator.say(key, frame)
            case Lost(key=key, call=True):
                self._correlator.miss(key)
            case Lost(key=key):
                self._correlator.forget(key)
                self._states.pop(key, None)
            case Gap(since=since, until=until):
                self._correlator.miss_between(since, until)
            case State():
                self._take_state(message)
            case Wrote():
                self._take_files(message)

    def _lose(self, message: Message) -> None:
        """An exchange of which a part could not be taken in is dropped; a call leaves its exchange in doubt."""
        match message:
            case Begun(key=key, call=True) | Asked(key=key, call=True) | Ended(key=key, call=True):
                self._correlator.miss(key)
            case Begun(key=key) | Asked(key=key) | Ended(key=key) | Said(key=key):
                self._correlator.forget(key)
                self._drop(key, "failed")

    def _take_state(self, state: State) -> None:
        try:
            # A file may be dated in the future; the state holds from now on all the same.
            at = min(state.at, self._clock())
            self._state.appendleft(self._redactor.snapshot(Snapshot(state.config, state.auth_files, at)))
            self._blind = False
        except Exception as error:  # noqa: BLE001 # whatever it was: without its secrets known, nothing is kept
            log.warning("a state could not be redacted: nothing is recorded under it: %s", type(error).__name__)
            self._state.clear()
            self._blind = True

    def _take_files(self, wrote: Wrote) -> None:
        """What a write began with and left: exactly that, whatever else was looked at meanwhile."""
        try:
            at = self._clock()
            before, after = (Snapshot(*trees_of(files), at) for files in (wrote.before, wrote.after))
        except ValueError:
            self._left[wrote.key] = Left(None, str(Reason.STATE_UNSEEN))
            return
        self._states[wrote.key] = self._redactor.snapshot(before)
        self._left[wrote.key] = Left(self._redactor.snapshot(after), wrote.doubt)

    def _state_at(self, moment: float) -> Snapshot | None:
        """The state at that moment; before the first one, the first."""
        for state in self._state:
            if state.taken <= moment:
                return state
        return self._state[-1] if self._state else None

    def _admit(self, key: str, redact: Callable[[], Record | Stray], now: float) -> None:
        """Let a record through once it is redacted; drop it where that fails."""
        try:
            pending = Pending(redact(), key, now)
        except Exception as error:  # noqa: BLE001 # failing closed: no error may let a raw value through, or end the rest
            log.warning("an exchange could not be redacted and was dropped: %s", type(error).__name__)
            self._drop(key, "not redacted")
            return
        if self._blind:
            self._drop(key, "not redacted")
        else:
            self._pending.append(pending)

    def _drop(self, key: str, why: str) -> None:
        if key in self._counters.unsettled:
            self._counters.given_up[why] += 1
            self._counters.unsettled.discard(key)
        self._states.pop(key, None)

    def _write(self, now: float) -> None:
        """Write what is pending; where the disk refuses, it waits for the next time."""
        self._abandon(now)
        if not self._pending and self._standing(0) == self._told:
            return
        try:
            done = self._put(list(self._pending))
        except (sqlite3.Error, OSError) as error:
            if not self._refused:
                log.warning("the recording cannot be written to; its disk is tried again: %s", error)
            self._refused = True
            return
        self._refused = False
        self._pending.clear()
        for key in done:
            self._counters.recorded += 1
            self._counters.unsettled.discard(key)
            self._states.pop(key, None)
        self._told = self._standing(0)

    def _put(self, batch: list[Pending]) -> list[str]:
        """Write a batch whole or not at all; returns the keys of the exchanges in it."""
        store = self._opened()
        try:
            with store.transaction():
                done = [key for pending in batch if (key := self._put_one(store, pending))]
                self._tell(store, len(done))
        except sqlite3.OperationalError:
            raise
        except (sqlite3.Error, ValueError, OverflowError) as error:
            log.warning("an exchange cannot be stored; the others of its batch are: %s", type(error).__name__)
            done = [key for pending in batch for key in self._put_alone(store, pending)]
        return done

    def _put_one(self, store: Store, pending: Pending) -> str:
        if isinstance(pending.what, Stray):
            store.exchanges.add_stray(pending.what)
            return ""
        state = self._states.get(pending.key)
        kept = self._redactor.state_of(state) if state else None
        left = self._redactor.state_of(pending.what.after) if pending.what.after else None
        store.exchanges.add(pending.what, session=self._session, snapshot=kept, after=left)
        return pending.key

    def _put_alone(self, store: Store, pending: Pending) -> list[str]:
        try:
            with store.transaction():
                key = self._put_one(store, pending)
                self._tell(store, 1 if key else 0)
        except sqlite3.OperationalError:
            raise
        except (sqlite3.Error, ValueError, OverflowError):
            self._drop(pending.key, "not storable")
            return []
        return [key] if key else []

    def _opened(self) -> Store:
        if self._store is None:
            store = self._open_store(self._path)
            with store.transaction():
                self._session = store.sessions.begin(self._clock())
            self._store = store
        return self._store

    def _abandon(self, now: float) -> None:
        """Drop what has waited too long for the disk."""
        while self._pending and (len(self._pending) > WAITING or now - self._pending[0].since > PATIENT):
            self._drop(self._pending.popleft().key, "disk refused")

    def _standing(self, more: int) -> Standing:
        counted = self._counters
        return Standing(
            seen=counted.seen,
            recorded=counted.recorded + more,
            open=len(counted.unsettled) - more,
            dropped=counted.dropped,
            calls=counted.calls,
            refused_calls=counted.refused_calls,
            strays=counted.strays,
        )

    def _tell(self, store: Store, more: int) -> None:
        store.sessions.tell(self._session, self._standing(more))


def recorder(path: Path, *, config: Path | None = None, interval: float = 0.1) -> Recorder:
    """A recorder that writes to this database, redacted with the key that lies beside it.

    Args:
        path: The database.
        config: The legacy's configuration, to be watched; None where it is not known.
        interval: Seconds between batches.

    Raises:
        OSError: The folder, or the key in it, cannot be made or read.
        ValueError: The key is none.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    redactor = Redactor(key_of(path.with_name("redaction.key")))
    look = StateFiles(config).changed if config else lambda: None
    return Recorder(lambda counters: StoreWriter(path, counters, redactor, look=look), interval=interval)
