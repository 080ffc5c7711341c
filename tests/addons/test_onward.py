"""Behind the tap go calls where the user's configuration or environment says."""

import pytest

from addons.onward import NOWHERE, Onward

WORK = {"HTTPS_PROXY": "http://work:3128", "NO_PROXY": "intern.example,.corp"}
PROVIDER = "api.example.com"


@pytest.fixture
def onward():
    return Onward(WORK)


def test_with_nothing_said_calls_go_straight():
    assert Onward({}).via("", PROVIDER) is None


def test_the_environment_decides_where_the_configuration_is_silent(onward):
    assert onward.via("", PROVIDER) == ("http", ("work", 3128))
    assert Onward({"all_proxy": "https://a:1"}).via("", PROVIDER) == ("https", ("a", 1))


@pytest.mark.parametrize("host", ["intern.example", "x.corp", "localhost", "127.0.0.1", "::1"])
def test_what_the_environment_exempts_goes_straight(onward, host):
    assert onward.via("", host) is None


@pytest.mark.parametrize("host", ["intern.example", "127.0.0.1"])
def test_what_the_configuration_says_holds_for_every_host(onward, host):
    assert onward.via("http://own:1", host) == ("http", ("own", 1))


@pytest.mark.parametrize(
    "proxy", ["socks5://127.0.0.1:18318", "http://localhost:18318", "socks5://a:b@127.0.0.1:18318/"]
)
def test_the_tap_is_not_behind_itself(proxy):
    assert Onward({}, 18318).via(proxy, PROVIDER) is None
    assert Onward(WORK, 18318).via(proxy, PROVIDER) == ("http", ("work", 3128))


@pytest.mark.parametrize("word", ["direct", "none", "DIRECT"])
def test_direct_is_no_proxy_at_all(onward, word):
    assert onward.via(word, PROVIDER) is None


@pytest.mark.parametrize(
    ("proxy", "hop"),
    [
        ("http://own", ("http", ("own", 80))),
        ("https://own", ("https", ("own", 443))),
        ("own:8080", ("http", ("own", 8080))),
        ("http://[::1]:8080/", ("http", ("::1", 8080))),
        ("gopher://own", NOWHERE),
        ("http://own:port", NOWHERE),
        ("http://", NOWHERE),
        ("http://[bad", NOWHERE),
    ],
)
def test_addresses_are_read_as_they_are_spelled(onward, proxy, hop):
    assert onward.via(proxy, PROVIDER) == hop


def test_a_password_goes_to_its_proxy_alone(onward):
    onward.via("http://ann:p%40ss@own:1", PROVIDER)
    assert onward.token(("own", 1)) == "Basic YW5uOnBAc3M="
    assert onward.token(("work", 3128)) == ""


async def test_a_socks_proxy_is_reached_by_a_relay_of_our_own(onward):
    first, again = onward.via("socks5://own:1", PROVIDER), onward.via("socks5://own:1", "other")
    assert first == again
    assert first[1][0] == "127.0.0.1"
    assert onward.via("socks5h://else:1", PROVIDER) != first
    onward.close()
