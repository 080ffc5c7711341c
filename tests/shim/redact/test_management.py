import bcrypt
import pytest

from shim.exchange import Exchange, Request, Response
from shim.redact import Redactor
from shim.store import Record, Snapshot

KEY = "mgmt-secret-1"
HASH = bcrypt.hashpw(KEY.encode(), bcrypt.gensalt(4)).decode()


def a_request(key, status=200, header="X-Management-Key", url="/v0/management/config"):
    return Record(Exchange(Request("GET", url, ((header, key),)), Response(status)))


@pytest.fixture
def told():
    redactor = Redactor(b"k" * 32)
    state = redactor.snapshot(Snapshot({"remote-management": {"secret-key": HASH, "allow-remote": False}}, {}))

    def told(*records):
        sent = [redactor.record(record).exchange.request.headers[0][1] for record in records]
        return sent, redactor.state_of(state).config["remote-management"]

    return told


@pytest.mark.parametrize(("header", "value"), [("X-Management-Key", KEY), ("Authorization", f"Bearer {KEY}")])
def test_a_state_lets_the_same_requests_in(told, header, value):
    (sent,), section = told(a_request(value, header=header))
    assert section == {"secret-key": sent.removeprefix("Bearer "), "allow-remote": False}
    assert KEY not in sent


@pytest.mark.parametrize(
    "record",
    [
        a_request("another-key"),
        a_request(KEY, status=401),
        a_request(KEY, url="/v1/models"),
        a_request("x" * 100),
    ],
)
def test_until_the_key_is_known_the_hash_has_a_placeholder(told, record):
    _, section = told(record)
    assert section["secret-key"] not in {HASH, KEY}
    assert len(section["secret-key"]) == len(HASH)


def test_another_hash_is_of_another_key():
    redactor = Redactor(b"k" * 32)
    redactor.snapshot(Snapshot({"remote-management": {"secret-key": HASH}}, {}))
    redactor.record(a_request(KEY))
    other = bcrypt.hashpw(b"another", bcrypt.gensalt(4)).decode()
    state = redactor.snapshot(Snapshot({"remote-management": {"secret-key": other}}, {}))
    assert redactor.state_of(state) is state


def test_a_key_that_is_written_plainly_stays_one():
    redactor = Redactor(b"k" * 32)
    state = redactor.snapshot(Snapshot({"remote-management": {"secret-key": KEY}}, {}))
    sent = redactor.record(a_request(KEY)).exchange.request.headers[0][1]
    assert redactor.state_of(state).config["remote-management"]["secret-key"] == sent
