from native.credentials.credential import Credential
from native.failure import Failure
from native.logs import record as recording
from native.logs.record import Body, Record, Trace
from native.upstream import UpstreamRequest

REQUEST = UpstreamRequest("POST", "https://a.test", [], b"")


def test_a_body_is_kept_to_its_bound_and_says_what_was_left_out(monkeypatch):
    monkeypatch.setattr(recording, "MOST", 5)
    body = Body(b"abc")
    body.add(b"defg")
    body.add(b"h")
    assert (body.read(), body.size, body.dropped) == (b"abcde", 5, 3)


def test_a_call_is_noted_with_who_is_asked_and_when():
    record = Record(lambda: 7.0)
    attempt = record.sent(REQUEST, Credential("c", "lab"))
    attempt.broke("no answer")
    assert (attempt.at, attempt.heard_at, attempt.errors, attempt.asked.id) == (7.0, 7.0, ["no answer"], "c")


def test_messages_of_a_socket_stand_one_below_the_other():
    trace = Trace(0.0, record=Record(lambda: 0.0))
    for kind, data in (("request", b" {} "), ("response", b"  "), ("disconnect", b"bye")):
        trace.message(kind, data)
    assert trace.record.messages.read() == b"websocket.request\n{}\n\nwebsocket.disconnect\nbye\n"


def test_a_failure_is_noted_whether_anybody_listens_or_not():
    for trace in (Trace(0.0), Trace(0.0, record=Record(lambda: 0.0))):
        trace.failed(Failure("no", 502))
        trace.message("request", b"x")
        assert trace.failure.message == "no"
    assert trace.record.errors == [(502, "no")]
