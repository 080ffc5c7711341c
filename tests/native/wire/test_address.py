import pytest

from native.wire.address import asked

HOST = "https://a.test"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080",
        "https://[::1]:1/x?a=b c?/d",
        f"{HOST}/v1beta/models/gemini-2.5:generateContent?$alt=json",
        f"{HOST}/a/(high)!*'[x]",
        f"{HOST}/a%20b",
        f"{HOST}//x//",
    ],
)
def test_what_needs_no_escapes_is_left_alone(url):
    assert asked(url) == (url, "")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/a :b", "/a%20:b"),
        ("/a (high)?x=(y)", "/a%20%28high%29?x=(y)"),
        ("/\u00e9$&+,/:;=@~", "/%C3%A9$&+,/:;=@~"),
        ("/a%20b c", "/a%20b%20c"),
        ("/x#f/responses", "/x"),
        ("/x?y#z", "/x?y"),
    ],
)
def test_one_that_needs_an_escape_gives_every_sign_its_own_and_fragments_are_not_sent(path, said):
    assert asked(HOST + path) == (HOST + said, "")


def test_who_is_named_in_an_address_is_named_in_a_header():
    assert asked("https://me:p%40ss@a.test:81/x") == ("https://a.test:81/x", "Basic bWU6cEBzcw==")
    assert asked("https://me@a.test/x") == ("https://a.test/x", "Basic bWU6")


def test_what_is_no_address_breaks_nothing():
    for url in ("", "x", "ftp://a.test/x", "https://", "https:///x y"):
        assert asked(url)[1] == ""
