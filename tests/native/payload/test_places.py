import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.payload.places import exists, fetch, places, plain
from native.wire.edit import Step

BODY = {
    "tools": [{"type": "text", "n": 1}, {"type": "web", "n": 2}, {"type": "web"}],
    "a.b": {"*": 1},
    "list": [],
    "none": None,
}


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("a.b", (Step("a"), Step("b"))),
        ("a\\.b", (Step("a.b"),)),
        ("a\\*b", (Step("a*b"),)),
        (":0.:1", (Step("0", name=True), Step("1", name=True))),
        ("a.", (Step("a"), Step(""))),
        ("a.*", None),
        ("a.#", None),
        ("@this", None),
    ],
)
def test_a_plain_path_is_steps_and_others_have_to_be_searched_for(path, steps):
    assert plain(path) == steps


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("tools.1.type", [("tools", 1, "type")]),
        ('tools.#(type=="web").n', [("tools", 1, "n")]),
        ('tools.#(type=="web")#', [("tools", 1), ("tools", 2)]),
        ("tools.#(n>1)#.type", [("tools", 1, "type")]),
        ("tools.#(n)#", [("tools", 0), ("tools", 1)]),
        ("tools.#.n", [("tools", 0, "n"), ("tools", 1, "n")]),
        ("too*.0.n", [("tools", 0, "n")]),
        ("a\\.b.\\*", [("a.b", "*")]),
        ("tools.9", []),
        ("tools.x", []),
        ("none.x", []),
        ("@this", []),
        ("tools.#(", []),
    ],
)
def test_a_path_leads_to_every_place_that_it_means(path, found):
    assert places(BODY, path) == found


def test_a_list_has_a_length_even_where_it_is_empty():
    assert exists(BODY, "list.#")
    assert exists(BODY, "list.#.x")
    assert exists(BODY, "list.#(x)#")
    assert not exists(BODY, "none.#")


def test_null_is_there():
    assert exists(BODY, "none")
    assert not exists(BODY, "nothing")


def test_the_first_place_is_what_is_fetched():
    assert fetch(BODY, "tools.#.n") == 1
    assert fetch(BODY, "tools.9") is None


@given(st.text(alphabet='ab.#*?\\:()"=1', max_size=12))
def test_any_path_leads_somewhere_or_nowhere(path):
    plain(path)
    exists(BODY, path)
    assert isinstance(places(BODY, path), list)
