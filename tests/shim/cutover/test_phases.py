"""What may follow what: every cell of phase and event."""

import pytest

from shim.cutover.phases import NEXT, Event, Phase, after


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("event", Event)
def test_an_event_leads_where_the_table_says_and_nowhere_else(phase, event):
    assert after(phase, event) is NEXT.get((phase, event), phase)


def test_each_side_is_named_by_the_phase_alone():
    assert [phase for phase in Phase if phase.natives] == [Phase.TAKEN, Phase.SEALED]


def test_the_binary_is_ended_only_after_native_has_the_port():
    assert [phase for (phase, event), _ in NEXT.items() if event is Event.GONE] == [Phase.TAKEN]
    assert [phase for (phase, event), _ in NEXT.items() if event is Event.TAKEN] == [Phase.ORDERED]


@pytest.mark.parametrize("phase", set(Phase) - {Phase.OPEN, Phase.UNDOING})
def test_whatever_was_ordered_can_be_undone(phase):
    assert after(phase, Event.UNDO) is Phase.UNDOING


def test_from_everywhere_there_is_a_way_to_either_side():
    ends = {Phase.OPEN, Phase.SEALED}
    for phase in Phase:
        seen, todo = set(), [phase]
        while todo:
            at = todo.pop()
            seen.add(at)
            todo += [to for (start, _), to in NEXT.items() if start is at and to not in seen]
        assert ends <= seen
