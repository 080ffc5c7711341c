"""The webhook: told of each roll-back, never waited for, and silent about its address."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from shim.flags.ledger import Change
from shim.flags.table import Scope
from shim.gates.webhook import Webhook, said

FALLEN = Change(Scope("POST /v1/messages", model="a*"), "native", "legacy", "guard", 5.0, "native crashed: twice")


@pytest.fixture
def listener():
    """Somebody on loopback who answers as told: statuses, in order."""

    class Heard(BaseHTTPRequestHandler):
        def do_POST(self):
            self.server.heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(self.server.statuses.pop(0) if self.server.statuses else 200)
            self.end_headers()
            self.server.answered.release()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Heard) as server:
        server.heard, server.statuses, server.answered = [], [], threading.Semaphore(0)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def url(server):
    return f"http://127.0.0.1:{server.server_port}/hook?token=sk-secret"


def test_a_roll_back_is_told_with_what_and_why(listener):
    with Webhook(url(listener)) as webhook:
        webhook.tell(FALLEN)
        assert listener.answered.acquire(timeout=5)
    (heard,) = listener.heard
    assert heard == said(FALLEN)
    assert (heard["event"], heard["endpoint"], heard["model"]) == ("rollback", "POST /v1/messages", "a*")
    assert (heard["before"], heard["flag"], heard["why"]) == ("native", "legacy", "native crashed: twice")


def test_an_address_that_fails_is_tried_again_and_then_given_up_without_being_named(listener, caplog):
    listener.statuses += [500, 503, 500]
    with Webhook(url(listener), pauses=(0.0, 0.0)) as webhook:
        webhook.tell(FALLEN)
        for _ in range(3):
            assert listener.answered.acquire(timeout=5)
        webhook.tell(FALLEN)
        assert listener.answered.acquire(timeout=5)
    assert len(listener.heard) == 4
    assert "the webhook could not be told: status 500" in caplog.text
    assert "sk-secret" not in caplog.text
    assert str(listener.server_port) not in caplog.text


@pytest.mark.parametrize("address", ["", "http://127.0.0.1:9/hook", "no address", "http://[broken"])
def test_telling_never_fails_nor_waits(address):
    began = time.monotonic()
    with Webhook(address, pauses=(60.0,)) as webhook:
        for _ in range(300):
            webhook.tell(FALLEN)
        assert time.monotonic() - began < 5


def test_only_the_web_is_told(caplog):
    with Webhook("file:///etc/passwd") as webhook:
        webhook.tell(FALLEN)
    assert webhook._queue.empty()
    assert "no http or https address" in caplog.text
    assert "passwd" not in caplog.text
