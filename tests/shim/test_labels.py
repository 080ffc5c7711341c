"""What an exchange is filed under is read off the exchange alone."""

import pytest

from shim.exchange import Case, Exchange, Interaction, Request, Run
from shim.labels import Labels, asked_for, labels, provider_of


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (Request("POST", "/v1/messages", body=b'{"model":"m","stream":true}'), ("m", True)),
        (Request("POST", "/v1/messages", body=b"nonsense"), ("", False)),
        (Request("POST", "/v1/messages", body=b"[1]"), ("", False)),
        (Request("POST", "/v1beta/models/g-1:streamGenerateContent?alt=sse"), ("g-1", True)),
        (Request("POST", "/v1beta/models/g-1:generateContent"), ("g-1", False)),
        (Request("WEBSOCKET", "/v1/responses", frames=('{"model":"w"}',)), ("w", True)),
    ],
)
def test_model_and_stream(request_, said):
    assert asked_for(request_) == said


def test_the_users_own_address_is_found_in_the_configuration():
    config = {"openai-compatibility": [{"base-url": "https://lab.test/v1"}], "claude-api-key": [{"api-key": "k"}]}
    assert provider_of("https://lab.test/v1/chat/completions", config) == "openai-compatibility"
    assert provider_of("https://api.anthropic.com/v1/messages", config) == "claude"
    assert provider_of("https://us-central1-aiplatform.googleapis.com/x", {}) == "vertex"
    assert provider_of("https://somewhere.test/", config) == ""


def test_a_case_has_the_labels_of_its_first_exchange():
    call = Interaction(Request("POST", "https://api.anthropic.com/v1/messages"), None)
    one = Exchange(Request("POST", "/v1/messages?beta=true", body=b'{"model":"m"}'), None, (call,))
    assert labels(Case("f", "n", {}, {}, (Run((one,)),))) == Labels("POST /v1/messages", "claude", "m", stream=False)
    assert labels(Case("f", "n", {}, {}, ())) == Labels("", "", "", stream=False)
