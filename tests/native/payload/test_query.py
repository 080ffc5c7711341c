import pytest

from native.payload.query import Query, parse_query


def holds(condition, value, *, found=True):
    query, _ = parse_query(f"#({condition})")
    assert query is not None
    return query.holds(value, found=found)


@pytest.mark.parametrize(
    ("condition", "value", "met"),
    [
        ('x=="a"', "a", True),
        ('x=="a"', "b", False),
        ('x!="a"', "b", True),
        ('x>"a"', "b", True),
        ("x>1", 2, True),
        ("x>1", 1, False),
        ("x<=1.5", 1.5, True),
        ("x>1", "2", True),
        ("x==true", True, True),
        ("x==true", False, False),
        ('x%"t*"', "text", True),
        ('x!%"t*"', "text", False),
        ("x==null", None, False),
        ("x>1", [2], False),
    ],
)
def test_values_are_compared_with_their_own_kind(condition, value, met):
    assert holds(condition, value) is met


def test_a_condition_without_an_operator_asks_only_whether_it_is_there():
    assert holds("x", None)
    assert not holds("x", None, found=False)


@pytest.mark.parametrize(
    ("condition", "value", "found", "met"),
    [
        ("x==~true", 1, True, True),
        ("x==~true", 0, True, False),
        ("x==~null", None, True, True),
        ("x==~null", None, False, True),
        ("x==~*", 0, True, True),
        ("x==~*", None, False, False),
        ("x==~odd", 1, True, False),
    ],
)
def test_a_tilde_compares_what_a_value_amounts_to(condition, value, found, met):
    assert holds(condition, value, found=found) is met


def test_a_condition_ends_with_its_own_bracket():
    assert parse_query('#(a=="x)").b') == (Query("a", "=", "x)", every=False), 10)
    assert parse_query("#(a.#(b>1))#.c") == (Query("a.#(b>1)", "", "", every=True), 12)
    assert parse_query('#(a.#(b>1).c=="d")')[0] == Query("a.#(b>1).c", "=", "d", every=False)
    assert parse_query("#(a") == (None, 0)
