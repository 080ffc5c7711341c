import pytest

from native.logs import masking


@pytest.mark.parametrize(
    ("secret", "shown"),
    [
        ("sk-1234567890", "sk-1...7890"),
        ("12345678", "12...78"),
        ("1234", "1...4"),
        ("12", "12"),
        ("", ""),
    ],
)
def test_a_secret_is_known_by_its_ends(secret, shown):
    assert masking.masked(secret) == shown


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Authorization", "Bearer sk-1234567890", "Bearer sk-1...7890"),
        ("authorization", "sk-1234567890", "sk-1...7890"),
        ("Proxy-Authorization", "Basic abcdefghijkl", "Basic abcd...ijkl"),
        ("X-Api-Key", "sk-1234567890", "sk-1...7890"),
        ("x-goog-api-key", "AIza-1234567", "AIza...4567"),
        ("X-Auth-Token", "tok-1234567890", "tok-...7890"),
        ("Client-Secret", "s-12345678", "s-12...5678"),
        ("Cookie", "session=12345678", "sess...5678"),
        ("User-Agent", "a-long-agent/1.0", "a-long-agent/1.0"),
    ],
)
def test_headers_that_hold_secrets_are_masked(name, value, shown):
    assert masking.header(name, value) == shown


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("/v1/x?key=secretsecret&x=1", "/v1/x?key=secr...cret&x=1"),
        ("/v1/x?auth_token=a%20bcdefghijk&&y", "/v1/x?auth_token=a+bc...hijk&&y"),
        ("/v1/x?API_KEY=12345678", "/v1/x?API_KEY=12...78"),
        ("/v1/x?key[]=12345678", "/v1/x?key[]=12...78"),
        ("/v1/x?monkey=12345678", "/v1/x?monkey=12345678"),
        ("/v1/x", "/v1/x"),
        ("/v1/x?", "/v1/x?"),
    ],
)
def test_keys_in_addresses_are_masked(url, shown):
    assert masking.address(url) == shown
