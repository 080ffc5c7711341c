import re

import pytest

from native.credentials.credential import Credential
from native.logs.record import Body, Record
from native.logs.text import Log, pieces, stamp
from native.upstream import UpstreamRequest

REQUEST = UpstreamRequest(
    "POST", "https://a.test/v1?key=secretsecret", [("authorization", "Bearer sk-1234567890"), ("Accept", "x")], b"asked"
)


def a_log(**more):
    given = {
        "url": "/v1/messages",
        "method": "POST",
        "at": 0.0,
        "headers": [("host", "h"), ("x-api-key", "sk-1234567890")],
        "body": Body(b"{}"),
        "status": 200,
        "answer_headers": [("Content-Type", "text/plain"), ("Date", "today"), ("Content-Length", "2")],
        "answer": Body(b"hi"),
        **more,
    }
    return b"".join(pieces(Log(**given))).decode()


def a_call(answer=b"", status=200, *, whole=True, credential=None):
    record = Record(lambda: 1.0)
    attempt = record.sent(REQUEST, credential)
    if status:
        attempt.answered(status, [("set-cookie", "session=12345678")])
    attempt.body.add(answer)
    attempt.whole = whole
    return attempt


@pytest.fixture(autouse=True)
def in_greenwich(monkeypatch):
    monkeypatch.setattr("native.logs.text.stamp", lambda seconds: f"T{seconds:g}")


def test_a_request_without_calls_has_three_sections():
    assert a_log() == (
        "=== REQUEST INFO ===\nVersion: native\nURL: /v1/messages\nMethod: POST\nTimestamp: T0\n\n"
        "=== HEADERS ===\nX-Api-Key: sk-1...7890\n\n"
        "=== REQUEST BODY ===\n{}\n\n"
        "=== RESPONSE ===\nStatus: 200\nContent-Type: text/plain\n\nhi\n"
    )


def test_each_call_has_its_request_and_its_answer():
    credential = Credential("id", "lab", label="Lab", api_key="sk-1234567890")
    text = a_log(attempts=[a_call(b"no", 500, credential=credential), a_call(b"yes")])
    assert text[text.index("=== API REQUEST 1") : text.index("=== API REQUEST 2")] == (
        "=== API REQUEST 1 ===\nTimestamp: T1\nUpstream URL: https://a.test/v1?key=secr...cret\nHTTP Method: POST\n"
        "Auth: provider=lab, auth_id=id, label=Lab, type=api_key value=sk-1...7890\n\n"
        "Headers:\nAccept: x\nAuthorization: Bearer sk-1...7890\n\nBody:\nasked\n\n"
    )
    assert text[text.index("=== API RESPONSE 1") : text.index("=== RESPONSE ===")] == (
        "=== API RESPONSE 1 ===\nTimestamp: T1\n\nStatus: 500\nHeaders:\nSet-Cookie: sess...5678\n\nBody:\nno\n\n"
        "=== API RESPONSE 2 ===\nTimestamp: T1\n\nStatus: 200\nHeaders:\nSet-Cookie: sess...5678\n\nBody:\nyes\n\n"
    )


def test_a_streams_lines_stand_apart():
    assert "Body:\ndata: a\n\ndata: b\n\n=== RESPONSE" in a_log(
        attempts=[a_call(b"data: a\r\n\r\ndata: b\n\n", whole=False)]
    )


def test_a_call_that_got_no_answer_says_why():
    attempt = a_call(status=0)
    attempt.broke("nobody there")
    assert "=== API RESPONSE 1 ===\nTimestamp: T1\n\nError: nobody there\n\n=== RESPONSE" in a_log(attempts=[attempt])


def test_a_refusal_is_said_once():
    assert a_log(refusal=b"no\n").count("=== API RESPONSE ===\nTimestamp: T0\nno\n\n") == 1
    said = a_log(refusal=b"no", attempts=[a_call(b"no", 500)])
    assert said.count("\nno\n") == 1
    assert "Body:\nother\nno\n\n" in a_log(refusal=b"no", attempts=[a_call(b"other", 500)])


def test_failures_within_a_stream_have_their_section():
    assert "=== API ERROR RESPONSE ===\nHTTP Status: 502\ncut off\n\n=== RESPONSE" in a_log(errors=[(502, "cut off")])


def test_a_log_in_is_named_without_its_token():
    credential = Credential("c.json", "claude", metadata={"email": "a@b.test", "access_token": "secret-token"})
    text = a_log(attempts=[a_call(credential=credential)])
    assert "Auth: provider=claude, auth_id=c.json, type=oauth\n" in text
    assert "secret-token" not in text


def test_what_was_left_out_is_counted(monkeypatch):
    monkeypatch.setattr("native.logs.record.MOST", 3)
    text = a_log(body=Body(b"abcdef"), attempts=[a_call(b"abcde")])
    assert "abc\n[3 more bytes are left out]\n\n" in text
    assert "Body:\nask\n[2 more bytes are left out]\n" in text
    assert "Body:\nabc\n[2 more bytes are left out]\n" in text


@pytest.mark.parametrize(("at", "seconds"), [(1_760_000_000.0, "20"), (1_760_000_000.25, "20.25")])
def test_a_time_names_its_place_and_no_idle_zeros(at, seconds):
    assert re.fullmatch(rf"2025-10-\d\dT\d\d:\d\d:{re.escape(seconds)}(Z|[+-]\d\d:\d\d)", stamp(at))
