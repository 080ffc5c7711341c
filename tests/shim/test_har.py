import base64
import gzip
from dataclasses import replace

import orjson
import pytest

from shim import har
from shim.exchange import Exchange, Interaction, Request, Response
from shim.store import Record


def a_record():
    call = Interaction(
        Request("POST", "https://x.example.test/v1?a=b", (("x-api-key", "k"),), b"\xff\x00"),
        Response(200, (), (b"data: 1\n\n", b"data: 2\n\n"), (0.5, 0.75), complete=False),
    )
    lost = Interaction(Request("GET", "https://x.example.test/"), None)
    request = Request("POST", "/v1/messages?beta=true", (("a", "b"), ("a", "c")), b'{"n": 1}')
    exchange = Exchange(request, Response(200, (), (b"ok",), (1.25,)), (call, lost), mode="native")
    return Record(exchange, began=1_800_000_000.5, took=2.0)


def test_what_is_written_is_read(tmp_path):
    path = tmp_path / "x.har"
    socket = Record(
        Exchange(Request("WEBSOCKET", "/v1/responses", (), b"", ("hi", "ho")), None, unjudgeable="ambiguous")
    )
    assert har.write(path, [a_record(), socket]) == 2
    first, second = har.read(path)
    assert first.exchange == a_record().exchange
    assert (first.began, first.took, first.endpoint) == (1_800_000_000.5, 2.0, "POST /v1/messages")
    assert second.exchange == socket.exchange


def test_what_is_written_has_all_that_the_format_asks_for(tmp_path):
    path = tmp_path / "x.har"
    har.write(path, [a_record()])
    log = orjson.loads(path.read_bytes())["log"]
    assert log["version"] == "1.2"
    assert len(log["entries"]) == 3
    for entry in log["entries"]:
        assert {"startedDateTime", "time", "request", "response", "cache", "timings"} <= set(entry)
        assert {"send", "wait", "receive"} == set(entry["timings"])
        request, response = entry["request"], entry["response"]
        known = {"method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"}
        assert known <= set(request)
        known = {"status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL", "bodySize"}
        assert known <= set(response)
    assert log["entries"][0]["request"]["url"].startswith("http://127.0.0.1:8317/v1/messages")


def a_browsers(**response):
    answer = {"status": 200, "headers": [{"name": "content-encoding", "value": "gzip"}], "content": {"text": "hello"}}
    sent = {
        "method": "GET",
        "url": "https://gate.example.test/v1/models?key=1",
        "headers": [{"name": ":path", "value": "/"}],
    }
    entry = {
        "startedDateTime": "2026-11-21T10:00:00.000Z",
        "time": 12.5,
        "request": sent,
        "response": answer | response,
    }
    return {"log": {"entries": [entry]}}


def test_a_browsers_har_has_the_clients_side_alone(tmp_path):
    path = tmp_path / "x.har"
    path.write_bytes(orjson.dumps(a_browsers()))
    (record,) = har.read(path)
    assert record.exchange.request == Request("GET", "/v1/models?key=1")
    assert record.exchange.unjudgeable == "upstream unseen"
    # The browser undid the coding, so the header would be untrue of what is kept.
    assert record.exchange.response == Response(200, (), (b"hello",))


def test_a_body_that_is_still_compressed_keeps_its_header(tmp_path):
    path = tmp_path / "x.har"
    packed = base64.b64encode(gzip.compress(b"hello")).decode()
    path.write_bytes(orjson.dumps(a_browsers(content={"text": packed, "encoding": "base64"})))
    (record,) = har.read(path)
    assert record.exchange.response.headers == (("content-encoding", "gzip"),)


def test_a_request_that_was_not_answered_has_no_response(tmp_path):
    path = tmp_path / "x.har"
    path.write_bytes(orjson.dumps(a_browsers(status=0)))
    (record,) = har.read(path)
    assert record.exchange.response is None


def test_calls_to_providers_go_with_the_exchange_before_them(tmp_path):
    path = tmp_path / "x.har"
    plain = replace(a_record(), exchange=replace(a_record().exchange, upstream=()))
    har.write(path, [plain, a_record(), plain])
    assert [len(record.exchange.upstream) for record in har.read(path)] == [0, 2, 0]


@pytest.mark.parametrize("text", ["", "{}", '{"log": {"entries": [{}]}}', '{"log": {"entries": 3}}', "[]"])
def test_what_is_no_har_is_named(tmp_path, text):
    path = tmp_path / "x.har"
    path.write_text(text)
    with pytest.raises(har.HarError, match=r"x\.har is no HAR"):
        list(har.read(path))
