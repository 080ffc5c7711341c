import pytest

from native.surface.management.kinds import NUMBER, SWITCH, TEXT, TEXTS, Field, KindError, Map, Optional, Shape

SHAPE = Shape(Field("a", TEXT), Field("b", TEXTS, optional=True), Field("c", Optional(SWITCH), optional=True))


def test_a_missing_list_is_not_an_empty_one():
    shape = Shape(Field("list", TEXTS))
    assert shape.write(shape.read({}), nulls=True) == {"list": None}
    assert shape.write(shape.read({}), nulls=False) == {"list": []}
    assert shape.write(shape.read({"list": []}), nulls=True) == {"list": []}


def test_a_switch_that_is_off_says_something_where_none_can_be_said():
    assert SHAPE.write(SHAPE.read({"c": False}), nulls=True) == {"a": "", "c": False}


def test_names_are_found_whatever_their_case_in_json_alone():
    assert SHAPE.read({"A": "x"})["a"] == "x"
    assert SHAPE.read({"A": "x"}, lenient=True)["a"] == ""


@pytest.mark.parametrize(
    ("kind", "value"),
    [(TEXT, 1), (NUMBER, True), (NUMBER, 1.0), (NUMBER, 2**63), (SWITCH, 1), (TEXTS, "a"), (Map(TEXT), []), (SHAPE, 7)],
)
def test_a_value_of_the_wrong_kind_is_refused(kind, value):
    with pytest.raises(KindError):
        kind.read(value, "x", lenient=False)


def test_a_number_in_yaml_may_be_a_text():
    assert TEXT.read(12, "x", lenient=True) == "12"
    assert TEXT.read(True, "x", lenient=True) == "true"
