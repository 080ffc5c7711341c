import fnmatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.payload.pattern import Target, candidates, matches, meant, targets


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("gpt-5", "gpt-5", True),
        ("gpt-5", "gpt-5-codex", False),
        ("*", "anything", True),
        ("gpt-*", "gpt-5", True),
        ("*-5", "gpt-5", True),
        ("gemini-*-pro", "gemini-2.5-pro", True),
        ("gemini-*-pro", "gemini-pro", False),
        ("*a*a*", "aa", True),
        ("*a*a*", "a", False),
        ("GPT-*", "gpt-5", False),
    ],
)
def test_a_star_stands_for_any_run_of_letters(pattern, name, fits):
    assert matches(pattern, name) is fits


@given(st.text(alphabet="ab*", max_size=8), st.text(alphabet="ab", max_size=8))
def test_matching_agrees_with_the_shells(pattern, name):
    assert matches(pattern, name) is fnmatch.fnmatchcase(name, pattern)


def test_a_request_goes_by_its_upstream_name_and_its_own_with_and_without_suffix():
    assert candidates(" gpt-5 ", "alias(high)") == ["gpt-5", "alias", "alias(high)"]
    assert candidates("m", "M") == ["m"]
    assert candidates("", "") == []


def test_a_line_is_for_its_protocol_or_any():
    assert meant([Target("m", "claude")], "Claude", ["m"])
    assert not meant([Target("m", "claude")], "openai", ["m"])
    assert meant([Target("m", "")], "openai", ["m"])
    assert meant([Target("m", "claude")], "", ["m"])


def test_a_line_without_a_name_is_nothing():
    assert targets([{"name": " "}, {"protocol": "claude"}, "m", {"name": " m ", "protocol": "Claude"}]) == (
        Target("m", "claude"),
    )
    assert targets("m") == ()
