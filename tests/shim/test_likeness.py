from hypothesis import given
from hypothesis import strategies as st

from shim.likeness import Carried, by_answer, by_request, weight

texts = st.frozensets(st.text("abc", min_size=2, max_size=6), max_size=5)


def marks(*said):
    return frozenset(said)


def test_who_says_what_the_call_carries_beats_who_says_something_else():
    carried = Carried(marks("the colour of the sea", "be brief"))
    sea, hill = marks("the colour of the sea", "be brief"), marks("the height of the hill", "be brief")
    assert by_request.beats(sea, hill, carried)
    assert not by_request.beats(hill, sea, carried)


def test_an_earlier_turn_beats_a_later_one_only_if_nothing_of_that_is_carried():
    earlier = marks("what is it", "tell me")
    later = earlier | {"it is a long story"}
    assert by_request.beats(earlier, later, Carried(earlier))
    assert not by_request.beats(earlier, later, Carried(later))
    assert by_request.beats(later, earlier, Carried(later))
    assert not by_request.beats(earlier, later, Carried(marks("nothing of it")))


def test_a_text_within_a_longer_one_is_carried():
    assert (
        Carried(marks("Answer this: what is the height of the hill? Thanks.")).share(
            marks("what is the height of the hill?")
        )
        == 1
    )


def test_a_short_text_within_another_is_chance():
    assert Carried(marks("this and that")).share(marks("hi")) == 0


def test_what_is_made_on_the_way_does_not_hide_what_was_answered():
    mine, others = marks("so it is, certainly", "msg_0123456789abcdef"), marks("it is not so", "msg_fedcba9876543210")
    assert by_answer.beats(mine, others, Carried(marks("so it is, certainly", "chatcmpl-1")))
    assert not by_answer.beats(others, mine, Carried(marks("so it is, certainly", "chatcmpl-1")))


def test_a_long_text_says_no_more_than_a_page():
    assert weight(["x" * 10_000, "abc"]) == 203


@given(texts, texts, texts)
def test_of_two_at_most_one_beats_the_other(one, other, carried):
    for law in (by_request, by_answer):
        assert not (law.beats(one, other, Carried(carried)) and law.beats(other, one, Carried(carried)))
        assert not law.beats(one, one, Carried(carried))


@given(texts, texts)
def test_a_share_is_a_share(some, carried):
    assert 0 <= Carried(carried).share(some) <= 1
    assert Carried(some).share(some) == (1 if some else 0)
