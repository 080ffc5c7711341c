"""A management write, recorded as it happened, is judged on the files that it left."""

import bcrypt
import orjson
import pytest
import yaml

from shim.exchange import Request, Response
from shim.judge.judge import judge
from shim.judge.verdict import Level, Reason, Side
from shim.messages import Begun, Ended, Files, Route, Wrote
from shim.recorder import Counters
from shim.redact import Redactor
from shim.store import Store
from shim.store.cases import live_case
from shim.writer import StoreWriter

SECRET, UPSTREAM, FRESH = "owner-key", "sk-up-secret-0001", "sk-up-secret-0002"
HASH = bcrypt.hashpw(SECRET.encode(), bcrypt.gensalt(4)).decode()
CORS = (
    ("Access-Control-Allow-Headers", "*"),
    ("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE, OPTIONS"),
    ("Access-Control-Allow-Origin", "*"),
    ("Content-Type", "application/json; charset=utf-8"),
    ("X-Cpa-Version", "v6.9.8-0"),
    ("X-Cpa-Commit", "none"),
    ("X-Cpa-Build-Date", "unknown"),
)
TREE = {
    "port": 8317,
    "auth-dir": "/home/somebody/auth",
    "remote-management": {"secret-key": HASH},
    "debug": False,
    "api-keys": ["sk-client-0001"],
    "claude-api-key": [{"api-key": UPSTREAM, "base-url": ""}],
    # Told to be empty: what is built in is written with the first change otherwise.
    "oauth-model-alias": {"kiro": None, "github-copilot": None},
}
LOG_IN = {"type": "claude", "email": "a@example.test", "access_token": "sk-ant-oat01-secret", "disabled": False}


def files(log_ins=None, **changed):
    """The files of a legacy with these settings."""
    found = {name: orjson.dumps(tree) for name, tree in (log_ins or {}).items()}
    return Files(yaml.safe_dump({**TREE, **changed}, sort_keys=False).encode(), found)


def a_write(path="debug", method="PUT", body=None):
    headers = (("Authorization", f"Bearer {SECRET}"), ("Content-Type", "application/json"))
    return Request(method, f"/v0/management/{path}", headers, orjson.dumps(body or {"value": True}))


@pytest.fixture
def recorded(tmp_path):
    """Record one write and have it read back."""

    def record(request, wrote, answer=b'{"status":"ok"}'):
        path, counters = tmp_path / f"{len(list(tmp_path.iterdir()))}.db", Counters(seen=1, unsettled={"a"})
        writer = StoreWriter(path, counters, Redactor(b"k" * 32), clock=lambda: 100.0)
        response = Response(200, CORS, (answer,), (0.1,))
        messages = [Begun("a", request, 99.0, call=False), *([wrote] if wrote else [])]
        if not wrote:
            writer.take([])
        writer.take([*messages, Ended("a", response, 99.5, call=False, route=Route(mode="legacy"))])
        writer.close()
        with Store(path, read_only=True) as store:
            return store.exchanges.get(1)

    return record


def verdict_of(record):
    return judge(live_case(record))


def test_native_on_a_copy_leaves_what_the_legacy_left(recorded):
    assert verdict_of(recorded(a_write(), Wrote("a", files(), files(debug=True), ""))).level is Level.IDENTICAL


def test_another_value_in_the_file_is_a_difference_of_the_state(recorded):
    found = verdict_of(recorded(a_write(), Wrote("a", files(), files(debug=True, **{"request-retry": 3}), "")))
    assert found.level is Level.DIFFERENT
    assert [(d.path, d.side) for d in found.differences] == [('state.config["request-retry"]', Side.STATE)]


def test_a_write_that_was_not_made_is_one_too(recorded):
    found = verdict_of(recorded(a_write(), Wrote("a", files(), files(), "")))
    assert [(d.path, d.side) for d in found.differences] == [("state.config.debug", Side.STATE)]


def test_a_log_in_that_is_gone_is_one_too(recorded):
    before, after = files({"one.json": LOG_IN, "two.json": LOG_IN}), files({"two.json": LOG_IN})
    request = a_write("auth-files?name=one.json", "DELETE")
    assert verdict_of(recorded(request, Wrote("a", before, after, ""))).level is Level.IDENTICAL
    kept = verdict_of(recorded(request, Wrote("a", before, before, "")))
    assert {d.side for d in kept.differences} == {Side.STATE}
    assert [d.path for d in kept.differences] == ['state.auth["one.json"]']


def test_secrets_are_the_same_placeholders_wherever_they_stand(recorded):
    request = a_write("claude-api-key", body=[{"api-key": FRESH}])
    left = files(**{"claude-api-key": [{"api-key": FRESH, "base-url": "", "proxy-url": "", "models": []}]})
    record = recorded(request, Wrote("a", files(), left, ""))
    assert FRESH.encode() not in record.exchange.request.body
    assert FRESH not in str(record.after)
    assert UPSTREAM not in str(record.snapshot)
    assert verdict_of(record).clean, verdict_of(record).differences


@pytest.mark.parametrize(
    ("wrote", "reason"),
    [
        (Wrote("a", files(), files(debug=True), str(Reason.CROSSED)), Reason.CROSSED),
        (Wrote("a", files(), Files(b"a: [", {}), ""), Reason.STATE_UNSEEN),
    ],
)
def test_what_cannot_be_told_apart_or_seen_is_never_clean(recorded, wrote, reason):
    found = verdict_of(recorded(a_write(), wrote))
    assert (found.level, found.reason) == (Level.UNJUDGED, reason)
