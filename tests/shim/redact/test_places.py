import pytest

from shim.redact import places


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("Authorization", "Bearer sk-client-1", ["sk-client-1"]),
        ("authorization", "token gho_lab", ["gho_lab"]),
        ("Proxy-Authorization", "Basic dXNlcjpwYXNz", ["dXNlcjpwYXNz"]),
        ("x-api-key", "sk-client-1", ["sk-client-1"]),
        ("X-Goog-Api-Key", "AIza-1", ["AIza-1"]),
        ("X-Management-Key", "mgmt", ["mgmt"]),
        ("X-Amz-Security-Token", "abc", ["abc"]),
        ("Cookie", "BXAuth=abc; other=1", ["abc", "1"]),
        ("Set-Cookie", "session=xyz; Path=/; HttpOnly", ["xyz"]),
        ("Location", "http://localhost/callback?code=c0de&state=s", ["c0de"]),
        ("Sec-WebSocket-Protocol", "realtime, openai-insecure-api-key.sk-1", ["openai-insecure-api-key.sk-1"]),
        ("x-ratelimit-remaining-tokens", "100", []),
        ("x-ratelimit-reset-tokens", "6m0s", []),
        ("anthropic-ratelimit-tokens-limit", "1000", []),
        ("Content-Type", "application/json", []),
        ("Access-Control-Allow-Headers", "*", []),
    ],
)
def test_a_header_that_holds_a_secret_says_which(name, value, found):
    assert list(places.in_header(name, value)) == found


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("/v1beta/models/x:generateContent?key=AIza-1&alt=sse", ["AIza-1"]),
        ("/v0/management/api-keys?value=sk-client-1", ["sk-client-1"]),
        ("/codex/callback?code=abc&state=xyz", ["abc"]),
        ("socks5://user:p4ss@127.0.0.1:1080", ["p4ss"]),
        ("/x?access_token=a%2Fb", ["a/b"]),
        ("/v1/models?value=plain", []),
        ("/v1/models", []),
    ],
)
def test_an_address_that_holds_a_secret_says_which(url, found):
    assert list(places.in_url(url)) == found


def test_a_configuration_says_its_secrets():
    tree = {
        "api-keys": ["sk-client-1", "sk-client-2"],
        "claude-api-key": [{"api-key": "sk-ant-1", "base-url": "https://x.example.test?key=k-in-url"}],
        "openai-compatibility": [{"name": "lab", "api-key-entries": [{"api-key": "sk-up-1"}]}],
        "remote-management": {"secret-key": "mgmt", "allow-remote": False},
        "headers": {"Authorization": "Bearer other", "User-Agent": "mine/1"},
        "ampcode": {"upstream-api-key": "amp-1"},
        "port": 8317,
    }
    assert set(places.in_tree(tree)) == {
        *("sk-client-1", "sk-client-2", "sk-ant-1", "k-in-url", "sk-up-1", "mgmt", "other", "amp-1"),
    }


def test_a_credential_file_says_its_secrets_and_whose_it_is():
    tree = {
        "type": "gemini",
        "email": "lab@example.test",
        "token": {
            "access_token": "ya29.lab",
            "refresh_token": "1//lab",
            "token_type": "Bearer",
            "token_uri": "https://x",
        },
        "id_token": "eyJ",
        "cookie": "BXAuth=1",
        "project_id": "proj-1",
        "expired": "2099-01-01T00:00:00Z",
    }
    found = {"lab@example.test", "ya29.lab", "1//lab", "eyJ", "BXAuth=1"}
    assert set(places.in_tree(tree, people=True)) == found


@pytest.mark.parametrize(
    "body",
    [
        b'{"access_token": "abcdef123"}',
        b'{"accessToken":"abcdef123"}',
        b'{"text": "{\\"api_key\\": \\"abcdef123\\"}"}',
        b'{"mcp_servers": [{"authorization_token": "abcdef123"}]}',
        b'{"headers": {"Authorization": "Bearer abcdef123"}}',
    ],
)
def test_a_field_says_its_secret_without_being_parsed(body):
    assert list(places.in_fields(body)) == ["abcdef123"]


@pytest.mark.parametrize(
    "body",
    [
        b'{"max_tokens": 100, "prompt_tokens": 3}',
        b'{"token": "Hello there", "logprob": -0.1}',
        b'{"prompt_cache_key": "a-b-c-d-e-f"}',
        b'{"key": "value-of-something"}',
        b'{"code": "rate_limit_exceeded"}',
        b'{"access_token": null}',
    ],
)
def test_what_only_looks_like_a_secret_field_is_none(body):
    assert list(places.in_fields(body)) == []


@pytest.mark.parametrize(
    "secret",
    [
        b"sk-ant-api03-abcdefghijklmnop-qrstuv",
        b"AIzaSyA1234567890abcdefghijklmnopqrstuv",
        b"ghp_abcdefghijklmnopqrstuvwxyz0123456789",
        b"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJlLW9mLWl0",
    ],
)
def test_a_shape_gives_itself_away(secret):
    assert list(places.by_shape(b"export KEY='" + secret + b"' # mine")) == [secret.decode()]


def test_words_have_no_such_shape():
    assert list(places.by_shape(b"a risk-averse task-oriented disk-based, github, eyJ, AIza, sk-learn")) == []


@pytest.mark.parametrize(
    ("secret", "everywhere"), [("lab", False), ("secret", False), ("sk-up-1", True), ("a" * 12, True)]
)
def test_only_what_is_long_or_odd_is_looked_for_everywhere(secret, everywhere):
    assert bool(places.EVERYWHERE.match(secret)) is everywhere


def test_a_short_secret_is_replaced_in_its_field_alone():
    body = b'{"client_secret": "lab", "name": "lab"}'
    assert places.replace_in_fields(body, b"lab", b"xyz") == b'{"client_secret": "xyz", "name": "lab"}'
