"""What may differ: times, what the legacy's own runs differ in, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.judge.noise import fits, same, without_ids, without_times


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2026-01-02T03:04:05Z", "2027-11-12T13:14:15.678+02:00"),
        ("Sat, 21 Nov 2026 06:13:43 GMT", "Sun, 22 Nov 2026 07:00:00 GMT"),
        ("at 1763700000", "at 1763700000123"),
    ],
)
def test_times_are_noise(one, other):
    assert same(one, other, [one]) == (True, False)


def test_a_plain_number_is_no_time():
    assert without_times("12 of 1200000000 and v1.5") == "12 of 1200000000 and v1.5"


def test_what_looks_random_is_compared_by_shape_when_there_is_one_run():
    one, other = "msg_" + "a1" * 12, "msg_" + "b2" * 12
    assert same(one, other, [one])[0]
    assert not same(one, "chat_" + "b2" * 12, [one])[0]


def test_with_two_equal_runs_nothing_is_forgiven():
    one, other = "msg_" + "a1" * 12, "msg_" + "b2" * 12
    assert not same(one, other, [one, one])[0]


def test_what_noisy_values_share_must_be_there():
    seen = ["cch=0a1b2; v=2", "cch=ff00c; v=2"]
    assert fits(seen, "cch=12345; v=2")
    assert not fits(seen, "cch=12345; v=3")
    assert not fits(seen, "cch=123456; v=2")
    assert not fits(seen, "cch=12345; v=2; more=1")


def test_values_of_unequal_length_must_share_their_ends():
    seen = ["id=one two;end", "id=three;end"]
    assert fits(seen, "id=four five six;end")
    assert not fits(seen, "id=four five six;fin")


def test_json_in_a_text_is_compared_as_json():
    assert same('{"a": 1, "b": 2}', '{"b":2,"a":1}', ['{"a": 1, "b": 2}'])[0]
    assert not same('{"a": 1}', '{"a": 2}', ['{"a": 1}'])[0]


@pytest.mark.parametrize(("legacy", "native"), [(1, True), (0, False), (1, "1"), (None, ""), ([], {}), (True, "true")])
def test_types_are_never_noise(legacy, native):
    assert same(legacy, native, [legacy]) == (False, False)


@given(st.text(), st.text())
def test_equal_runs_forgive_only_what_is_equal_but_for_times(legacy, native):
    verdict, by_noise = same(legacy, native, [legacy, legacy])
    assert not by_noise
    if verdict and legacy[:1] not in {"{", "["}:
        assert without_times(legacy) == without_times(native)


@given(st.text())
def test_masks_never_fail(text):
    without_ids(text)
