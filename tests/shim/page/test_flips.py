import pytest

from shim.cutover.log import CutoverLog
from shim.cutover.phases import Event
from shim.flags.ledger import Ledger
from shim.gates.gates import Gates
from shim.page.asked import AskedError
from shim.page.flips import Flip, effect, flip_now
from shim.store.store import Store
from tests.shim.page.build import CHAT, NOW, a_recording, flag


@pytest.fixture
def path(tmp_path):
    return a_recording(tmp_path / "recordings.db")


def told(path, **flip):
    with Store(path, read_only=True) as store:
        return effect(store, Flip(**flip), Gates(), NOW)


def test_a_flip_tells_what_it_will_do_and_how_to_undo_it(path):
    found = told(path, endpoint=CHAT, value="canary 50%")
    assert (found["before"], found["after"], found["own"]) == ("legacy", "canary 50%", "")
    assert (found["hour"], found["share"]) == (4, 0.5)
    assert found["undo"] == f"shim flags unset '{CHAT}'"
    flag(path, "shadow", CHAT)
    assert told(path, endpoint=CHAT, value="native")["undo"] == f"shim flags set '{CHAT}' 'shadow'"


def test_undoing_a_narrowed_flag_is_narrowed_too(path):
    found = told(path, endpoint=CHAT, value="native", model="gpt-5*", provider="codex", stream="yes")
    assert found["undo"] == f"shim flags unset '{CHAT}' --stream --provider 'codex' --model 'gpt-5*'"


def test_a_flag_for_all_counts_only_those_without_one_of_their_own(path):
    assert told(path, value="native")["hour"] == 4
    flag(path, "shadow", CHAT)
    assert told(path, value="native")["hour"] == 0


def test_traffic_of_another_hour_is_not_counted(tmp_path):
    old = a_recording(tmp_path / "old.db", began=NOW - 4000)
    assert told(old, endpoint=CHAT, value="native")["hour"] == 0


def test_what_native_cannot_answer_is_warned_of(path):
    assert "no handler" in told(path, endpoint="GET /nowhere", value="native")["warnings"][0]
    assert told(path, endpoint="GET /nowhere", value="shadow")["warnings"] == []
    assert told(path, endpoint=CHAT, value="native")["warnings"] == []
    assert "every endpoint" in told(path, value="native")["warnings"][0]


def test_flags_that_nobody_heeds_are_warned_of(path):
    with CutoverLog.open(path) as log:
        for event in (Event.APPLY, Event.TAKEN):
            log.happened(event, now=NOW)
    assert "serves alone" in told(path, endpoint=CHAT, value="native")["warnings"][0]


def test_nothing_is_flipped_on_a_picture_that_is_no_longer_true(path):
    flag(path, "native", CHAT)
    with Ledger.open(path) as ledger:
        with pytest.raises(AskedError, match="says native now") as refused:
            flip_now(ledger, Flip(endpoint=CHAT, value="legacy", expected="shadow"))
        assert refused.value.status == 409
        assert str(ledger.table().flags[0].value) == "native"
        assert flip_now(ledger, Flip(endpoint=CHAT, value="legacy", expected="native")).before == "native"


def test_a_flag_is_taken_away_by_saying_nothing(path):
    flag(path, "native", CHAT)
    with Ledger.open(path) as ledger:
        assert flip_now(ledger, Flip(endpoint=CHAT, expected="native")).value == ""
        assert ledger.table().flags == ()
