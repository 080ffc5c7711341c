import pytest

from native.thinking.setting import AUTO, NONE, UNSET, Mode, Setting
from native.thinking.suffix import Name, read, split


@pytest.mark.parametrize(
    ("requested", "name"),
    [
        ("m", Name("m", None)),
        ("m(high)", Name("m", "high")),
        ("m()", Name("m", "")),
        ("m(a)(b)", Name("m(a)", "b")),
        ("m(high", Name("m(high", None)),
        ("m)", Name("m)", None)),
        ("(8)", Name("", "8")),
    ],
)
def test_a_suffix_is_the_last_brackets_at_the_end(requested, name):
    assert split(requested) == name


@pytest.mark.parametrize(
    ("suffix", "wish"),
    [
        ("HIGH", Setting(Mode.LEVEL, level="high")),
        ("none", NONE),
        ("0", NONE),
        ("auto", AUTO),
        ("-1", AUTO),
        ("8192", Setting(budget=8192)),
        ("+5", Setting(budget=5)),
        ("-5", UNSET),
        ("1_0", UNSET),
        ("٣", UNSET),
        (" 5", UNSET),
        ("99999999999999999999", UNSET),
        ("bogus", UNSET),
        ("", UNSET),
    ],
)
def test_a_suffix_is_a_level_a_number_or_nothing(suffix, wish):
    assert read(suffix) == wish
