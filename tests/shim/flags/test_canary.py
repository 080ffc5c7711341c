"""A conversation stays with who answers it, until the flag is set anew."""

import pytest

from shim.flags.canary import client_key, conversation, drawn

FIRST = {"role": "user", "content": "fix the bug"}


def test_the_same_conversation_is_drawn_the_same():
    assert len({drawn("step", "key", "talk", 50) for _ in range(20)}) == 1


def test_each_setting_draws_again():
    draws = {tuple(drawn(f"step {n}", "key", f"talk {t}", 50) for t in range(20)) for n in range(5)}
    assert len(draws) == 5


@pytest.mark.parametrize("percent", [0.5, 5, 50, 99])
def test_the_share_is_about_what_it_says(percent):
    share = sum(drawn("step", f"key {n}", "talk", percent) for n in range(20_000)) / 200
    assert abs(share - percent) < 1.5


def test_all_is_all():
    assert all(drawn("step", f"key {n}", "", 100) for n in range(1000))


@pytest.mark.parametrize(
    ("headers", "query", "key"),
    [
        ({"authorization": "Bearer abc"}, [], "abc"),
        ({"x-api-key": "abc"}, [], "abc"),
        ({"x-goog-api-key": "abc"}, [], "abc"),
        ({}, [("alt", "sse"), ("key", "abc")], "abc"),
        ({}, [("auth_token", "abc")], "abc"),
        ({}, [], ""),
    ],
)
def test_a_clients_key_is_found_wherever_it_is_given(headers, query, key):
    assert client_key(headers, query) == key


@pytest.mark.parametrize(
    ("headers", "body", "talk"),
    [
        ({"session_id": "s"}, {"prompt_cache_key": "p"}, "s"),
        ({}, {"metadata": {"user_id": "u"}}, "u"),
        ({}, {"prompt_cache_key": "p"}, "p"),
        ({}, {"conversation": {"id": "c"}}, "c"),
        ({}, {"prompt": "hello"}, "hello"),
        ({}, {"metadata": "odd", "messages": "odd"}, "odd"),
        ({}, None, ""),
        ({}, {"messages": [1, 2]}, ""),
    ],
)
def test_a_conversation_is_named_by_its_client_or_its_beginning(headers, body, talk):
    assert conversation(headers, body).startswith(talk)
    assert bool(conversation(headers, body)) == bool(talk) or body == {"messages": [1, 2]}


@pytest.mark.parametrize("field", ["messages", "input", "contents"])
def test_every_turn_of_a_conversation_begins_the_same(field):
    system = {"role": "system", "content": "today is Monday"}
    one = conversation({}, {field: [system, FIRST]})
    assert one == conversation({}, {field: [{**system, "content": "Tuesday"}, FIRST, {"role": "assistant"}]})
    assert one != conversation({}, {field: [system, {**FIRST, "content": "another"}]})
