import gzip

import orjson
import pytest

from shim.exchange import Case, Exchange, Interaction, Request, Response, Run
from shim.redact import CodingError, Redactor
from shim.redact.coding import decoded
from shim.store import Record, Snapshot, Stray
from shim.tape import Cut

CLIENT, UPSTREAM, REFRESH, MAIL = "sk-client-1", "sk-ant-up-1", "sk-ant-ort01-lab", "lab@example.test"
CONFIG = {"api-keys": [CLIENT], "claude-api-key": [{"api-key": UPSTREAM}], "host": "127.0.0.1"}
AUTH_FILES = {f"claude-{MAIL}.json": {"type": "claude", "email": MAIL, "access_token": "a", "refresh_token": REFRESH}}


def a_redactor():
    return Redactor(b"k" * 32)


def a_record(*, sent=b"{}", got=(b"{}",), headers=(), url="/v1/messages", upstream=(), response_headers=(), cuts=None):
    exchange = Exchange(
        Request("POST", url, (("x-api-key", CLIENT), *headers), sent), Response(200, response_headers, got), upstream
    )
    return Record(exchange, snapshot=Snapshot(CONFIG, AUTH_FILES), cuts=cuts or {})


def everything(record):
    return repr(record).replace("\\\\", "\\")


def test_a_secret_has_the_same_placeholder_on_every_side_and_in_the_state():
    call = Interaction(Request("POST", "https://x.example.test/", (("X-Api-Key", UPSTREAM),), b"{}"), Response(200))
    record = a_redactor().record(a_record(upstream=(call,)))
    client = record.exchange.request.headers[0][1]
    upstream = record.exchange.upstream[0].request.headers[0][1]
    assert record.snapshot.config["api-keys"] == [client]
    assert record.snapshot.config["claude-api-key"][0]["api-key"] == upstream
    assert CLIENT != client != upstream != UPSTREAM
    assert record.snapshot.config["host"] == "127.0.0.1"


def test_no_secret_of_the_state_is_left_anywhere():
    body = orjson.dumps({"text": f"my key is {CLIENT}, mail me at {MAIL}"})
    stream = tuple(b"data: " + orjson.dumps({"delta": text}) + b"\n\n" for text in ("a", UPSTREAM, REFRESH, MAIL))
    told = everything(a_redactor().record(a_record(sent=body, got=stream, headers=(("X-Mail", MAIL),))))
    assert not [secret for secret in (CLIENT, UPSTREAM, REFRESH, MAIL) if secret in told]


def test_bodies_keep_their_size_and_chunks_their_boundaries():
    stream = (b"data: {", f'"k": "{CLIENT[:4]}'.encode(), f'{CLIENT[4:]}"}}\n\n'.encode())
    record = a_redactor().record(a_record(got=stream))
    assert [len(chunk) for chunk in record.exchange.response.chunks] == [len(chunk) for chunk in stream]
    assert CLIENT.encode() not in record.exchange.response.body


def test_a_record_without_a_secret_keeps_its_very_chunks():
    stream = (b"data: 1\n\n", b"data: 2\n\n")
    assert a_redactor().record(a_record(got=stream)).exchange.response.chunks is stream


def test_a_compressed_body_is_looked_into_and_compressed_again():
    packed = gzip.compress(f'{{"key": "{UPSTREAM}"}}'.encode())
    record = a_redactor().record(a_record(got=(packed,), response_headers=(("Content-Encoding", "gzip"),)))
    body = decoded(record.exchange.response.body, ("gzip",))
    assert body.startswith(b'{"key": "sk-ant-')
    assert UPSTREAM.encode() not in body


def test_a_compressed_body_without_a_secret_keeps_its_bytes():
    packed = gzip.compress(b'{"plain": 1}')
    record = a_redactor().record(a_record(got=(packed,), response_headers=(("Content-Encoding", "gzip"),)))
    assert record.exchange.response.body == packed


def test_a_body_that_cannot_be_looked_into_is_refused():
    with pytest.raises(CodingError):
        a_redactor().record(a_record(got=(b"?" * 99,), response_headers=(("Content-Encoding", "gzip"),)))


def test_tokens_that_a_refresh_brings_are_replaced_where_they_are_used():
    fresh = "fresh-token-0001"
    answer = Response(200, (), (orjson.dumps({"access_token": fresh, "expires_in": 60}),))
    form = b"grant_type=refresh_token&refresh_token=1%2F%2Fold-one&client_secret=abc123xyz"
    refresh = Interaction(Request("POST", "https://oauth.example.test/token", (), form), answer)
    use = Interaction(
        Request("POST", "https://api.example.test/v1/messages", (("Authorization", f"Bearer {fresh}"),)), Response(200)
    )
    record = a_redactor().record(a_record(upstream=(refresh, use)))
    told = everything(record)
    assert not [secret for secret in (fresh, "1%2F%2Fold-one", "1//old-one", "abc123xyz") if secret in told]
    got = orjson.loads(record.exchange.upstream[0].response.body)
    assert record.exchange.upstream[1].request.headers[0][1] == f"Bearer {got['access_token']}"
    assert got["expires_in"] == 60


def test_keys_that_the_management_api_is_given_are_replaced():
    body = b'["new-client-key-1"]'
    record = a_redactor().record(a_record(url="/v0/management/api-keys", sent=body))
    assert b"new-client" not in record.exchange.request.body[:12]
    assert len(record.exchange.request.body) == len(body)


def test_a_configuration_that_the_management_api_is_given_is_read():
    body = b"api-keys:\n  - new-client-key-1\nport: 1\n"
    record = a_redactor().record(a_record(url="/v0/management/config.yaml", sent=body))
    assert b"new-client-key-1" not in record.exchange.request.body
    assert b"port: 1" in record.exchange.request.body


def test_a_key_pasted_into_a_conversation_is_replaced_on_both_sides():
    pasted = "sk-ant-api03-pasted-by-hand-0123456789"
    call = Interaction(
        Request("POST", "https://x.example.test/v1/messages", (), b'{"c": "' + pasted.encode() + b'"}'), None
    )
    told = everything(a_redactor().record(a_record(sent=b'{"text": "' + pasted.encode() + b'"}', upstream=(call,))))
    assert pasted not in told


def test_what_codex_is_sent_for_a_client_is_what_it_would_be_for_the_placeholder():
    from shim.redact.derived import DERIVATIONS

    name = DERIVATIONS[0]
    call = Interaction(Request("POST", "https://x.example.test/responses", (("Session_id", name(CLIENT)),)), None)
    record = a_redactor().record(a_record(upstream=(call,)))
    assert record.exchange.upstream[0].request.headers[0][1] == name(record.exchange.request.headers[0][1])


def test_a_websocket_is_redacted_message_by_message():
    exchange = Exchange(Request("WEBSOCKET", "/v1/responses", (), b"", (f'{{"api_key": "{CLIENT}"}}', "hi")), None)
    record = a_redactor().record(Record(exchange, snapshot=Snapshot(CONFIG, AUTH_FILES)))
    assert CLIENT not in record.exchange.request.frames[0]
    assert record.exchange.request.frames[1] == "hi"


def test_the_head_of_a_cut_body_ends_before_half_a_secret_could():
    head = b"x" * 10_000 + CLIENT[:8].encode()
    record = a_redactor().record(a_record(sent=head, cuts={"request": Cut(10**9, b"h" * 16)}))
    assert record.exchange.request.body == b"x" * (10_008 - 4096)


def test_a_credential_files_name_tells_nobody():
    state = a_redactor().snapshot(Snapshot(CONFIG, AUTH_FILES))
    (name,) = state.auth_files
    assert name.startswith("claude-")
    assert name.endswith(".json")
    assert MAIL not in name
    assert state.auth_files[name]["email"] in name
    assert state.auth_files[name]["access_token"] != "a"


def test_a_call_that_belongs_to_nobody_is_redacted_too():
    stray = Stray(Interaction(Request("GET", f"https://x.example.test/?key={UPSTREAM}"), None), 1.0, 2.0)
    assert UPSTREAM not in a_redactor().stray(stray).call.request.url


def test_a_case_is_redacted_with_the_state_it_leaves():
    exchange = a_record().exchange
    state = {"config.yaml": f"api-keys:\n- {CLIENT}\n", "auth_files": {"a.json": f'{{"refresh_token": "{REFRESH}"}}'}}
    case = Case("core", "a", CONFIG, AUTH_FILES, (Run((exchange,), state_after=state),))
    told = everything(a_redactor().case(case))
    assert not [secret for secret in (CLIENT, UPSTREAM, REFRESH, MAIL) if secret in told]


def test_redacting_again_changes_nothing_that_matters():
    once = a_redactor().record(a_record(sent=f'{{"key": "{CLIENT}"}}'.encode()))
    again = a_redactor().record(once)
    assert len(again.exchange.request.body) == len(once.exchange.request.body)
    assert again.exchange.request.headers[0][1] == again.snapshot.config["api-keys"][0]


def test_a_short_secret_is_not_replaced_within_words():
    record = a_redactor().record(a_record(url="/anthropic/callback?code=c&state=abc"))
    path, _, query = record.exchange.request.url.partition("?")
    assert path == "/anthropic/callback"
    assert query.startswith("code=")
    assert query.endswith("&state=abc")


def test_a_short_secret_in_configured_headers_is_the_one_that_is_sent():
    config = {"claude-api-key": [{"api-key": UPSTREAM, "headers": {"Authorization": "Bearer other", "X-Lab": "yes"}}]}
    call = Interaction(Request("POST", "https://x.example.test/", (("Authorization", "Bearer other"),)), None)
    exchange = Exchange(Request("GET", "/"), None, (call,))
    record = a_redactor().record(Record(exchange, snapshot=Snapshot(config, {})))
    headers = record.snapshot.config["claude-api-key"][0]["headers"]
    assert headers["Authorization"] == record.exchange.upstream[0].request.headers[0][1] != "Bearer other"
    assert headers["X-Lab"] == "yes"
