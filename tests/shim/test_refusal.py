"""What the front says by itself is in the shape of the protocol that was asked."""

import json

import pytest

from shim.refusal import refusal


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/v1/messages?beta=true", {"type": "error", "error": {"type": "api_error", "message": "down"}}),
        ("/api/provider/anthropic/v1/messages", {"type": "error", "error": {"type": "api_error", "message": "down"}}),
        ("/v1beta/models/g:generateContent", {"error": {"code": 502, "message": "down", "status": "UNAVAILABLE"}}),
        ("/v1internal:generateContent", {"error": {"code": 502, "message": "down", "status": "UNAVAILABLE"}}),
        ("/v0/management/config", {"error": "down"}),
        ("/v1/responses", {"error": {"message": "down", "type": "server_error", "code": "bad_gateway"}}),
        ("/anything", {"error": {"message": "down", "type": "server_error", "code": "bad_gateway"}}),
    ],
)
def test_each_protocol_hears_it_in_its_own_words(path, shape):
    assert json.loads(refusal(path, "down")) == shape
