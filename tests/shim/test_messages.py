"""What waits in the recorder's queue weighs what it holds, so that a bound on bytes is one."""

import pytest

from shim.exchange import Request, Response
from shim.messages import Asked, Begun, Ended, Files, Gap, Lost, Said, State, Wrote, weight

ASKED = Request("POST", "/v1/messages", (("X-Long", "not counted" * 9),), b"four")
ANSWER = Response(200, (), (b"one", b"three"))
FILES = Files(b"config", {"a.json": b"{}", "b.json": b"[]"})


@pytest.mark.parametrize(
    ("message", "bytes_"),
    [
        (Begun("k", ASKED, 0.0, call=False), 4),
        (Asked("k", ASKED, call=True), 4),
        (Ended("k", ANSWER, 0.0, call=False), 8),
        (Ended("k", ANSWER, 0.0, call=False, request=ASKED), 12),
        (Ended("k", None, 0.0, call=True), 0),
        (Said("k", "frame"), 5),
        (Wrote("k", FILES, Files(b"", {}), ""), 10),
        (Lost("k", call=True), 0),
        (Gap(0.0, 1.0), 0),
        (State({"a": 1}, {}, 0.0), 0),
    ],
)
def test_a_message_weighs_the_bytes_it_carries(message, bytes_):
    assert weight(message) == bytes_
