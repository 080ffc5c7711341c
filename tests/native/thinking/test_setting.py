import pytest

from native.thinking.setting import AUTO, NONE, UNSET, Mode, Setting, budget_of, level_of, of_budget, of_level


def test_only_a_setting_that_asks_for_something_is_true():
    assert not UNSET
    assert all([NONE, AUTO, Setting(budget=1), Setting(Mode.LEVEL)])


@pytest.mark.parametrize(
    ("budget", "level"),
    [(-2, None), (-1, "auto"), (0, "none"), (1, "minimal"), (512, "minimal"), (513, "low"), (24577, "xhigh")],
)
def test_a_budget_falls_in_a_level(budget, level):
    assert level_of(budget) == level


def test_a_level_stands_for_a_budget_whatever_its_case():
    assert budget_of("HIGH") == 24576
    assert budget_of("odd") is None


def test_none_and_auto_are_settings_of_their_own():
    assert (of_level("none"), of_level("auto"), of_budget(0), of_budget(-1)) == (NONE, AUTO, NONE, AUTO)
    assert of_level("low") == Setting(Mode.LEVEL, level="low")
