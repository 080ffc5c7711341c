"""One exchange: its four sides, native beside the legacy, streams event by event."""

from dataclasses import replace

import pytest

from shim.exchange import Response
from shim.knowledge import Knowledge
from shim.page.asked import AskedError
from shim.page.exchange import arrivals, exchange
from shim.store.store import Store
from shim.store.verdicts import DifferenceRow, VerdictRow
from tests.shim.page.build import a_recording, add, golden


@pytest.fixture
def known(tmp_path):
    return Knowledge(tmp_path / "accepted.yaml", ())


def looked_at(path, known, number=1):
    return exchange(path, number, known)


def states(side):
    return [event["state"] for event in side["events"]]


def test_a_clean_exchange_has_four_sides_and_no_difference(tmp_path, known):
    found = looked_at(a_recording(tmp_path / "r.db"), known)
    assert [side["side"] for side in found["sides"]] == ["1", "2", "3", "4"]
    assert found["verdict"]["level"] == "identical"
    assert found["alone"] == ""
    assert set(states(found["sides"][-1])) == {"same"}
    assert all(line["s"] in ("same", "forgiven") for side in found["sides"] for line in side["lines"])


def test_a_changed_event_is_shown_where_it_is(tmp_path, known):
    path = a_recording(
        tmp_path / "r.db", changed=(b'"role":"assistant","content":""', b'"role":"assistent","content":""')
    )
    found = looked_at(path, known)
    assert found["verdict"]["level"] == "different"
    assert states(found["sides"][-1])[0] == "changed"
    (line,) = (line for line in found["sides"][-1]["events"][0]["lines"] if line["s"] == "changed")
    assert "assistent" in line["l"]
    assert "assistant" in line["n"]
    assert found["verdict"]["differences"][0]["path"].endswith("delta.role")


def test_an_event_too_many_leaves_the_others_where_they_are(tmp_path, known):
    path = a_recording(tmp_path / "r.db", changed=(b"data: [DONE]", b'data: {"more":1}\n\ndata: [DONE]'))
    last = looked_at(path, known)["sides"][-1]
    assert last["joined"]
    assert states(last).count("missing") == 1
    assert "changed" not in states(last)


def test_where_native_cannot_be_run_the_reason_stands_in_its_place(tmp_path, known):
    one = golden(few=1)[0].runs[0].exchanges[0]
    with Store(tmp_path / "r.db") as store, store.transaction():
        add(store, replace(one, mode="native"))
        add(store, replace(one, unjudgeable="ambiguous"))
        add(store, one, snapshot=None)
    assert "native answered" in looked_at(tmp_path / "r.db", known, 1)["alone"]
    assert "ambiguous" in looked_at(tmp_path / "r.db", known, 2)["alone"]
    found = looked_at(tmp_path / "r.db", known, 3)
    assert "state of the time" in found["alone"]
    assert not found["sides"][-1]["paired"]
    assert found["sides"][-1]["events"]


def test_what_native_answered_shows_what_the_legacy_would_have_said(tmp_path, known):
    one = golden(few=1)[0].runs[0].exchanges[0]
    with Store(tmp_path / "r.db") as store, store.transaction():
        number = add(store, replace(one, mode="native"))
        found = DifferenceRow("exchanges[0].response.status", "client", "changed", "200", "500")
        store.verdicts.add(VerdictRow(number, "different", 1.0, subject="reverse", differences=(found,)))
    seen = looked_at(tmp_path / "r.db", known)
    assert seen["verdict"]["level"] == "different"
    assert (seen["verdict"]["differences"][0]["legacy"], seen["verdict"]["differences"][0]["native"]) == ("200", "500")
    assert "the legacy was asked the same" in seen["alone"]


def test_a_client_that_left_has_no_answer(tmp_path, known):
    one = golden(few=1)[0].runs[0].exchanges[0]
    with Store(tmp_path / "r.db") as store, store.transaction():
        add(store, replace(one, response=None))
    assert looked_at(tmp_path / "r.db", known)["sides"][-1]["head"] == "no answer"


def test_what_is_not_there_is_said(tmp_path, known):
    with pytest.raises(AskedError, match="no exchange 9"):
        looked_at(a_recording(tmp_path / "r.db"), known, 9)


def test_an_event_arrives_with_its_last_byte():
    chunks = (b"data: 1\n\nda", b"ta: 2\n", b"\ndata: 3\n\n", b"data: 4")
    answer = Response(200, (), chunks, times=(0.1, 0.2, 0.3, 0.4))
    assert arrivals(answer) == [0.1, 0.3, 0.3, 0.4]
    assert arrivals(replace(answer, times=())) == []
