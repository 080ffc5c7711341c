from native.providers.claude_headers import BETAS, betas, headers


def made(client=None, own=None, *, stream=False, timeout="", device=None):
    pairs = headers(
        client or {},
        own or {},
        access=("x-api-key", "sk-1"),
        features=BETAS,
        timeout=timeout,
        device=device or {},
        stream=stream,
    )
    assert len({name.lower() for name, _ in pairs}) == len(pairs)
    return {name.lower(): value for name, value in pairs}


def test_a_client_that_names_no_features_gets_the_usual_ones():
    assert betas({}, []) == BETAS
    assert betas({"anthropic-beta": " "}, []) == BETAS


def test_a_clients_features_are_kept_with_the_log_ins_added():
    assert betas({"anthropic-beta": "a, b"}, []) == "a, b,oauth-2025-04-20"
    assert betas({"anthropic-beta": "oauth-x"}, []) == "oauth-x"


def test_features_of_the_body_are_added_once():
    assert betas({"anthropic-beta": "oauth-x, a"}, ["a", "b", "b"]) == "oauth-x, a,b"


def test_a_header_asks_for_the_long_context():
    assert betas({"x-cpa-claude-1m": "", "anthropic-beta": "oauth-x"}, []) == "oauth-x,context-1m-2025-08-07"


def test_a_clients_own_value_beats_the_usual_one():
    assert made()["anthropic-version"] == "2023-06-01"
    assert made({"anthropic-version": " 2024-01-01 "})["anthropic-version"] == "2024-01-01"
    assert made({"x-app": " "})["x-app"] == "cli"


def test_the_wait_is_the_clients_then_the_configurations_then_ten_minutes():
    assert made({"x-stainless-timeout": "5"}, timeout="30")["x-stainless-timeout"] == "5"
    assert made(timeout="30")["x-stainless-timeout"] == "30"
    assert made()["x-stainless-timeout"] == "600"


def test_the_keys_own_headers_beat_everything_but_an_uncompressed_stream():
    own = {"ANTHROPIC-VERSION": "mine", "accept-encoding": "br", "X-Api-Key": "other"}
    assert made({"anthropic-version": "theirs"}, own)["anthropic-version"] == "mine"
    assert made({}, own)["x-api-key"] == "other"
    assert made({}, own)["accept-encoding"] == "br"
    assert made({}, own, stream=True)["accept-encoding"] == "identity"


def test_a_stream_is_asked_for_as_one():
    assert made(stream=True)["accept"] == "text/event-stream"
    assert made()["accept"] == "application/json"


def test_the_device_speaks_last():
    assert made(own={"user-agent": "own/1"}, device={"User-Agent": "device/1"})["user-agent"] == "device/1"
