"""Verdicts are stored and read back as they were said."""

from hypothesis import given
from hypothesis import strategies as st

from native.wire.loose import MISSING
from shim.filed import LONGEST, difference_of, verdict_of, verdict_row
from shim.judge.verdict import Difference, Kind, Level, Reason, Side, Verdict, unjudged

VALUES = st.one_of(st.just(MISSING), st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.text())
DIFFERENCES = st.builds(
    Difference, st.just("exchanges[0].x"), st.sampled_from(Side), st.sampled_from(Kind), VALUES, VALUES, st.text()
)


@given(st.lists(DIFFERENCES, max_size=4), st.sampled_from([Level.DIFFERENT, Level.ACCEPTED]))
def test_a_verdict_reads_back_as_it_was_said(differences, level):
    said = Verdict(level, tuple(differences), rules=("* x",), noise=("exchanges[0].y",))
    row = verdict_row(7, said, 0.5, build="b", subject="reverse")
    assert verdict_of(row) == said
    assert (row.exchange, row.subject, row.build, row.took) == (7, "reverse", "b", 0.5)


def test_a_reason_reads_back_too():
    row = verdict_row(1, unjudged(Reason.HISTORY, "why"), 0.1, build="b")
    assert verdict_of(row) == unjudged(Reason.HISTORY, "why")


def test_a_value_of_great_length_is_cut_and_stays_a_text():
    long = Difference("exchanges[0].x", Side.CLIENT, Kind.CHANGED, ["x" * LONGEST], 1)
    (row,) = verdict_row(1, Verdict(Level.DIFFERENT, (long,)), 0.1, build="b").differences
    assert len(row.legacy) == LONGEST
    assert isinstance(difference_of(row).legacy, str)
