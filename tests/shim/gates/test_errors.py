"""Errors: what native broke always counts, what it answered only where the legacy would not have."""

import pytest

from shim.gates.errors import errors
from shim.gates.evidence import Answer


def answers(count, fault="", *, mode="canary", level=""):
    return [Answer(n, 0.0, 1.0, 0.1, "p", False, "m", mode, fault, "", level, None) for n in range(count)]


@pytest.mark.parametrize(
    ("faults", "served", "legacy", "count"),
    [
        ((), 0, [], 0),
        (answers(2, "failed", mode="legacy"), 0, answers(50, "error", mode="legacy"), 2),
        (answers(1, "error"), 10, answers(50, mode="legacy"), 1),
        (answers(1, "broken"), 10, [], 1),
        (answers(3, "error"), 50, answers(46, mode="legacy") + answers(4, "error", mode="legacy"), 0),
        (answers(20, "error"), 50, answers(46, mode="legacy") + answers(4, "error", mode="legacy"), 20),
        (answers(5, "error", level="identical"), 5, [], 0),
        (answers(5, "error", level="different"), 5, [], 5),
        (answers(5, "crash", mode="legacy"), 5, [], 0),
    ],
)
def test_an_error_counts_where_nothing_explains_it(faults, served, legacy, count):
    assert len(errors(faults, served, legacy)) == count
