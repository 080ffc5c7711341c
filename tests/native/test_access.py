import pytest

from native.access import Access, Denied

ACCESS = Access(["one", " two ", ""])


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"Authorization": "Bearer one"}, {}),
        ({"Authorization": "bearer  one "}, {}),
        ({"Authorization": "one"}, {}),
        ({"X-Api-Key": "two"}, {}),
        ({"X-Goog-Api-Key": "two"}, {}),
        ({}, {"key": "one"}),
        ({}, {"auth_token": "one"}),
        ({"Authorization": "Bearer wrong", "X-Api-Key": "one"}, {}),
    ],
)
def test_a_key_holds_in_every_place_where_clients_put_one(headers, query):
    assert ACCESS.check(headers, query) in {"one", "two"}


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({}, "Missing API key"),
        ({"Authorization": "Bearer"}, "Invalid API key"),
        ({"Authorization": "Basic one"}, "Invalid API key"),
        ({"X-Api-Key": "on"}, "Invalid API key"),
        ({"X-Api-Key": "one\udce9"}, "Invalid API key"),
    ],
)
def test_everything_else_is_denied(headers, said):
    with pytest.raises(Denied, match=said):
        ACCESS.check(headers, {})


def test_without_keys_everybody_may():
    assert Access([""]).check({}, {}) == ""
