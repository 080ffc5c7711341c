import pytest

from native.wire.address import spelled


@pytest.mark.parametrize("path", ["/v1beta/models/gemini-2.5:generateContent", "/a/(high)!*'[x]", "/a%20b", ""])
def test_what_needs_no_escapes_is_left_alone(path):
    assert spelled(path) == path


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/a :b", "/a%20:b"),
        ("/a (high)", "/a%20%28high%29"),
        ("/\u00e9$&+,/:;=@~", "/%C3%A9$&+,/:;=@~"),
        ("/a%20b c", "/a%20b%20c"),
        ("/a?b#c", "/a%3Fb%23c"),
    ],
)
def test_one_that_needs_an_escape_gives_every_sign_its_own(path, said):
    assert spelled(path) == said
