"""Breaches: the table cell by cell, and what is and is not enough to be one."""

from itertools import product
from pathlib import Path

import pytest

from shim.flags.table import Mode, Value
from shim.gates.breach import FALLS, Event, Fall, Seen, breach, lands
from shim.gates.evidence import Answer
from shim.gates.gates import Breach, Gates

STAYS, STEP, BOTTOM = Fall.STAYS, Fall.STEP, Fall.BOTTOM
# Every cell by its own: what a reader of docs/gates.md expects.
EXPECTED = {
    ("legacy", "CRASH"): STAYS,
    ("legacy", "ABSENT"): STAYS,
    ("legacy", "MANY_ERRORS"): STAYS,
    ("legacy", "MANY_DIFFERENCES"): STAYS,
    ("legacy", "ERRORS"): STAYS,
    ("legacy", "DIFFERENCES"): STAYS,
    ("legacy", "LATENCY"): STAYS,
    ("shadow", "CRASH"): STAYS,
    ("shadow", "ABSENT"): STAYS,
    ("shadow", "MANY_ERRORS"): STAYS,
    ("shadow", "MANY_DIFFERENCES"): STAYS,
    ("shadow", "ERRORS"): STAYS,
    ("shadow", "DIFFERENCES"): STAYS,
    ("shadow", "LATENCY"): STAYS,
    ("canary", "CRASH"): BOTTOM,
    ("canary", "ABSENT"): BOTTOM,
    ("canary", "MANY_ERRORS"): BOTTOM,
    ("canary", "MANY_DIFFERENCES"): BOTTOM,
    ("canary", "ERRORS"): STEP,
    ("canary", "DIFFERENCES"): STEP,
    ("canary", "LATENCY"): STEP,
    ("native", "CRASH"): BOTTOM,
    ("native", "ABSENT"): BOTTOM,
    ("native", "MANY_ERRORS"): BOTTOM,
    ("native", "MANY_DIFFERENCES"): BOTTOM,
    ("native", "ERRORS"): STEP,
    ("native", "DIFFERENCES"): STEP,
    ("native", "LATENCY"): STEP,
}


def answers(count, start=1, *, fault="", mode="native", level="", took=1.0, first=0.2):
    return [
        Answer(number, 100.0, took, first, "claude", True, "m", mode, fault, "b", level, 101.0 if level else None)
        for number in range(start, start + count)
    ]


@pytest.mark.parametrize(("cell", "fall"), EXPECTED.items())
def test_each_cell_of_the_table(cell, fall):
    assert FALLS[Mode(cell[0]), Event[cell[1]]] is fall


def test_no_cell_is_left_out():
    assert set(FALLS) == set(product(Mode, Event))
    assert len(FALLS) == len(EXPECTED)


@pytest.mark.parametrize("flag", ["canary 0.5%", "canary 1%", "canary 10%", "canary 50%", "canary 100%", "native"])
@pytest.mark.parametrize("event", Event)
def test_whatever_serves_comes_down(flag, event):
    value = Value.parse(flag)
    landed = lands(value, event, Gates())
    assert landed.height < value.height
    if FALLS[value.mode, event] is BOTTOM:
        assert str(landed) == "legacy"


def test_nothing_seen_is_no_breach():
    assert breach(Seen(), Breach()) is None


@pytest.mark.parametrize(
    ("seen", "event"),
    [
        (Seen(faults=answers(1, fault="crash", mode="legacy")), Event.CRASH),
        (Seen(answers(10_000), answers(1, fault="crash", mode="legacy")), Event.CRASH),
        (Seen(faults=answers(9, fault="absent", mode="legacy"), since=41.0), None),
        (Seen(faults=answers(1, fault="absent", mode="legacy"), since=40.0), Event.ABSENT),
        (Seen(answers(2, fault="error"), answers(2, fault="error")), None),
        (Seen(answers(3, fault="error"), answers(3, fault="error")), Event.MANY_ERRORS),
        (Seen(faults=answers(3, fault="failed", mode="legacy")), Event.MANY_ERRORS),
        (Seen(answers(50), answers(5, fault="broken")), Event.ERRORS),
        (Seen(answers(1000), answers(5, fault="error")), None),
        (Seen(answers(50), answers(5, fault="error"), legacy=answers(50, fault="error", mode="legacy")), None),
        (Seen(judged=answers(2, level="different")), None),
        (Seen(judged=answers(3, level="different")), Event.MANY_DIFFERENCES),
        (Seen(judged=answers(4, level="different") + answers(60, level="identical")), Event.DIFFERENCES),
        (Seen(judged=answers(4, level="different") + answers(996, level="accepted")), None),
        (Seen(judged=answers(4, level="different") + answers(996, level="unjudged")), Event.MANY_DIFFERENCES),
        (Seen(answers(60, took=2.0), legacy=answers(60, mode="legacy")), Event.LATENCY),
        (Seen(answers(60, first=0.4), legacy=answers(60, mode="legacy")), Event.LATENCY),
        (Seen(answers(60, took=1.4), legacy=answers(60, mode="legacy")), None),
        (Seen(answers(49, took=9.0), legacy=answers(60, mode="legacy")), None),
        (Seen(answers(54) + answers(8, took=9.0), legacy=answers(60, mode="legacy")), Event.LATENCY),
    ],
)
def test_what_is_a_breach_and_what_is_not(seen, event):
    found = breach(seen, Breach())
    assert (found.event if found else None) == event


def test_the_worst_is_told_and_says_where_to_look():
    seen = Seen(
        answers(60, took=3.0),
        answers(4, start=70, fault="crash", mode="legacy") + answers(3, fault="error"),
        legacy=answers(60, mode="legacy"),
    )
    assert breach(seen, Breach()).why == "native crashed: 4 times, last exchange 70"


def test_latency_need_not_be_asked_for():
    slow = Seen(answers(60, took=9.0), legacy=answers(60, mode="legacy"))
    assert breach(slow, Breach(latency=None)) is None


def test_the_documentation_shows_the_same_table():
    text = (Path(__file__).parents[3] / "docs" / "gates.md").read_text()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if "| stays |" in line]
    said = {"stays": STAYS, "one step down": STEP, "to the legacy": BOTTOM}
    for event, row in zip(Event, rows, strict=True):
        assert row[0].startswith(event)
        assert [said[cell] for cell in row[1:]] == [FALLS[mode, event] for mode in Mode]
