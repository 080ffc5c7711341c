import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.providers.claude_cache import limited, marked

SHORT = {"type": "ephemeral"}
HOUR = {"type": "ephemeral", "ttl": "1h"}
MARKS = st.none() | st.sampled_from([SHORT, HOUR, {"ttl": "5m"}, "odd"])
BLOCKS = st.lists(
    st.builds(lambda mark: {"type": "text", **({"cache_control": mark} if mark else {})}, MARKS) | st.just(1),
    max_size=5,
)
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "tools": BLOCKS,
        "system": BLOCKS | st.just("Be kind."),
        "messages": st.lists(st.builds(lambda content: {"role": "user", "content": content}, BLOCKS), max_size=3),
    },
)


def block(name, mark=None):
    return {"type": "text", "text": name, **({"cache_control": mark} if mark else {})}


def turn(role, content):
    return {"role": role, "content": content}


def marks(body):
    """The marked blocks' texts, in the order in which Claude reads them."""
    blocks = [*body.get("tools", []), *body.get("system", [])]
    for message in body.get("messages", []):
        blocks += message["content"]
    return [(b.get("text"), b["cache_control"]) for b in blocks if isinstance(b, dict) and "cache_control" in b]


def test_an_unmarked_body_is_marked_at_tools_system_and_the_turn_before_the_last():
    body = {
        "tools": [{"name": "a"}, {"name": "b"}],
        "system": "Be kind.",
        "messages": [turn("user", "One."), turn("assistant", "Yes."), turn("user", "Two.")],
    }
    assert marked(body) == {
        "tools": [{"name": "a"}, {"name": "b", "cache_control": SHORT}],
        "system": [block("Be kind.", SHORT)],
        "messages": [turn("user", [block("One.", SHORT)]), turn("assistant", "Yes."), turn("user", "Two.")],
    }


def test_one_mark_of_the_clients_is_enough():
    body = {"tools": [{"name": "a"}], "system": [block("s", SHORT)]}
    assert marked(body) is body


def test_a_single_turn_is_not_marked():
    body = {"messages": [turn("user", "One."), turn("assistant", "Yes.")]}
    assert marked(body) == body


def test_the_last_block_of_a_turn_is_marked():
    body = {"messages": [turn("user", [block("a"), block("b")]), turn("user", "Two.")]}
    assert marks({"messages": marked(body)["messages"][:1]}) == [("b", SHORT)]


def test_four_marks_stay_and_early_ones_of_the_system_prompt_go_first():
    body = {
        "tools": [block("t1", SHORT), block("t2", SHORT)],
        "system": [block("s1", SHORT), block("s2", SHORT)],
        "messages": [turn("user", [block("m1", SHORT), block("m2", SHORT)])],
    }
    assert [name for name, _ in marks(limited(body))] == ["t2", "s2", "m1", "m2"]


def test_the_ends_of_system_and_tools_go_last():
    body = {
        "tools": [block(f"t{n}", SHORT) for n in range(3)],
        "system": [block("s", SHORT)],
        "messages": [turn("user", [block(f"m{n}", SHORT) for n in range(5)])],
    }
    assert [name for name, _ in marks(limited(body))] == ["t2", "s", "m3", "m4"]


def test_an_hour_after_five_minutes_is_shortened():
    body = {"tools": [block("t", HOUR)], "system": [block("s", SHORT)], "messages": [turn("user", [block("m", HOUR)])]}
    assert marks(limited(body)) == [("t", HOUR), ("s", SHORT), ("m", SHORT)]


@pytest.mark.parametrize(
    "body", [{}, {"system": 5, "tools": {}, "messages": "x"}, {"messages": [1, {"content": None}]}]
)
def test_a_body_without_blocks_is_left_alone(body):
    assert marked(body) is body


@given(BODIES)
def test_no_more_than_four_marks_are_sent_and_the_body_given_stays(body):
    before = json.dumps(body)
    sent = marked(body)
    assert json.dumps(body) == before
    assert len(marks({**sent, "system": [] if isinstance(sent.get("system"), str) else sent.get("system", [])})) <= 4


@given(BODIES)
def test_an_hour_never_follows_a_shorter_life(body):
    lives = [isinstance(mark, dict) and mark.get("ttl") == "1h" for _, mark in marks(marked(body))]
    assert lives == sorted(lives, reverse=True)
