"""Shadow: what is recorded is judged as it comes, what no flag asks for waits, and nothing is judged twice."""

from pathlib import Path

import pytest

from shim import corpusfile, shadow
from shim.build import build
from shim.filed import difference_of
from shim.flags.ledger import Ledger
from shim.flags.table import EVERY, Mode, Scope, Value
from shim.judge.noisebook import NoiseBook
from shim.knowledge import Knowledge, shipped_noise
from shim.report import WAITING, read
from shim.shadow import Shadow, case_of
from shim.store.records import Record
from shim.store.snapshots import Snapshot
from shim.store.store import Store

GOLDEN = Path(__file__).parents[2] / "recordings" / "golden"


@pytest.fixture
def recording(tmp_path):
    """A recording of six live exchanges, one of them answered by native, one ambiguous."""
    path = tmp_path / "recordings.db"
    cases = list(corpusfile.read(GOLDEN / "core-chat-compat.jsonl.gz"))[:6]
    with Store(path) as store, store.transaction():
        for n, case in enumerate(cases):
            one = case.runs[0].exchanges[0]
            changed = {4: {"mode": "native"}, 5: {"unjudgeable": "ambiguous"}}.get(n, {})
            exchange = type(one)(one.request, one.response, one.upstream, **changed)
            snapshot = Snapshot(dict(case.config), dict(case.auth_files))
            store.exchanges.add(
                Record(exchange, endpoint="POST /v1/chat/completions", provider="lab", snapshot=snapshot)
            )
    return path


def flag(path, mode):
    with Ledger.open(path) as ledger:
        ledger.set(Scope(EVERY), Value(mode), who="test", why="")


def levels(path):
    with Store(path, read_only=True) as store:
        return read(store).total().levels


def drain(shadow):
    while shadow.step():
        pass


def test_nothing_is_judged_while_the_flag_says_legacy(recording):
    drain(Shadow(recording))
    assert levels(recording) == {WAITING: 5}


def test_what_the_flag_covers_is_judged_once_and_what_is_no_evidence_says_so(recording):
    flag(recording, Mode.SHADOW)
    shadow = Shadow(recording, book=NoiseBook.read(shipped_noise()))
    drain(shadow)
    assert levels(recording) == {"identical": 4, "unjudged": 1}
    assert shadow.step() == 0


def test_a_flag_set_later_reaches_back_to_what_waited(recording):
    shadow = Shadow(recording)
    drain(shadow)
    flag(recording, Mode.SHADOW)
    drain(shadow)
    assert WAITING not in levels(recording)


def test_a_difference_is_stored_with_both_values_and_read_back(recording):
    with Store(recording) as store, store.transaction():
        store.sql.execute("UPDATE interactions SET status = 418 WHERE side = 'client' AND exchange = 1")
    flag(recording, Mode.SHADOW)
    drain(Shadow(recording))
    with Store(recording, read_only=True) as store:
        row = store.verdicts.latest(1)
        one = difference_of(row.differences[0])
        assert case_of(store, 1).runs[0].exchanges[0].response.status == 418
    assert (one.path, one.legacy, one.native) == ("exchanges[0].response.status", 418, 200)


def test_a_new_build_is_judged_on_the_newest_again_and_then_no_more(recording, monkeypatch):
    flag(recording, Mode.SHADOW)
    with monkeypatch.context() as older:
        older.setattr(shadow, "build", lambda: "0.0.1+older")
        drain(Shadow(recording))
    monkeypatch.setattr(shadow, "AGAIN", 2)
    drain(Shadow(recording))
    drain(Shadow(recording))
    with Store(recording, read_only=True) as store:
        again = [tally for tally in store.tallies.verdicts("native") if tally.build == build()]
        assert sum(tally.count for tally in again) == 2
        assert store.verdicts.latest(6).build == build()
        assert store.verdicts.latest(1).build == "0.0.1+older"


def test_what_native_or_the_front_answered_is_not_judged_against_itself(recording):
    with Store(recording) as store:
        store.sql.execute("UPDATE exchanges SET mode = 'canary' WHERE id = 1")
        store.sql.execute("UPDATE exchanges SET mode = 'front' WHERE id = 2")
    flag(recording, Mode.SHADOW)
    drain(Shadow(recording))
    with Store(recording, read_only=True) as store:
        assert [store.verdicts.latest(number) for number in (1, 2, 5)] == [None] * 3


def test_what_was_purged_while_it_waited_is_passed_over(recording):
    flag(recording, Mode.SHADOW)
    judge = Shadow(recording)
    with Store(recording) as store:
        judge._judge_one(store, 99)
        assert store.verdicts.latest(99) is None


def test_what_is_accepted_meanwhile_holds_without_a_restart_and_for_what_was_judged_before(recording):
    with Store(recording) as store, store.transaction():
        store.sql.execute("UPDATE interactions SET status = 418 WHERE side = 'client' AND exchange = 1")
    flag(recording, Mode.SHADOW)
    accepted = recording.with_name("accepted.yaml")
    shadow = Shadow(recording, known=Knowledge(accepted, (shipped_noise(),)))
    drain(shadow)
    rule = "- path: exchanges[*].response.status\n  reason: a teapot is fine\n  author: us\n  expires: 2099-01-01\n"
    accepted.write_text(rule)
    drain(shadow)
    with Store(recording, read_only=True) as store:
        assert store.verdicts.latest(1).level == "accepted"
