"""What the legacy keeps for loopback is not everybody's behind the front."""

import pytest
from mitmproxy.test import tflow

from addons.remote import Remote, is_loopback


def a_flow(path, peer, **headers):
    flow = tflow.tflow()
    flow.client_conn.peername = (peer, 5)
    flow.request.path = path
    flow.request.headers.update(headers)
    return flow


def test_local_clients_are_passed_on_untouched():
    flow = a_flow("/v0/management/config", "127.0.0.1")
    before = flow.request.headers.copy()
    Remote(lambda: True).requestheaders(flow)
    assert flow.request.headers == before
    assert flow.response is None


def test_the_legacy_hears_that_a_client_is_remote():
    flow = a_flow("/v0/management/config", "192.0.2.7")
    Remote(lambda: True).requestheaders(flow)
    assert flow.request.headers["x-forwarded-for"] == "192.0.2.7"


def test_what_a_client_claims_itself_is_left_as_the_legacy_would_have_got_it():
    flow = a_flow("/v1/messages", "192.0.2.7", **{"X-Forwarded-For": "10.0.0.1"})
    Remote(lambda: True).requestheaders(flow)
    assert flow.request.headers.get_all("x-forwarded-for") == ["10.0.0.1"]


@pytest.mark.parametrize(
    ("path", "local", "status"),
    [
        ("/v1internal:generateContent", False, 403),
        ("/api/user", True, 403),
        ("/threads/1", True, 403),
        ("/api/user", False, None),
        ("/api/provider/openai/v1/models", True, None),
        ("/api/event_logging/batch", True, None),
        ("/v1/messages", True, None),
    ],
)
def test_what_is_for_loopback_alone_is_refused(path, local, status):
    flow = a_flow(path, "192.0.2.7")
    Remote(lambda: local).requestheaders(flow)
    assert (flow.response.status_code if flow.response else None) == status


@pytest.mark.parametrize(
    ("address", "local"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("::ffff:127.0.0.1", True), ("10.0.0.1", False)],
)
def test_loopback_is_known_in_every_spelling(address, local):
    assert is_loopback(address) is local
    assert not is_loopback("")


async def test_a_refusal_reaches_the_client(rig):
    legacy = await rig.origin(rig.whole(b"{}"))

    class Elsewhere:
        def requestheaders(self, flow):
            flow.client_conn.peername = ("192.0.2.7", 5)

    front = await rig.front(legacy.port, before=[Elsewhere()])
    answer = await rig.ask(front.port, "/v1internal:x", b"{}")
    assert b" 403 " in answer
    assert b"only allow local access" in answer
    assert legacy.heard == []
