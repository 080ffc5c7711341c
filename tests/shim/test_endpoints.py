"""Every request is filed under the endpoint that the legacy's router would choose."""

from collections import Counter

import pytest

from shim.endpoints import ENDPOINTS, endpoint_id, endpoint_of


def test_the_catalogue_is_whole():
    families = Counter(endpoint.family for endpoint in ENDPOINTS)
    assert len(ENDPOINTS) == 208
    assert families["management"] == 136
    assert len({endpoint.id for endpoint in ENDPOINTS}) == len(ENDPOINTS)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.id)
def test_an_endpoints_own_example_is_its(endpoint):
    method = "GET" if endpoint.method == "ANY" else endpoint.method
    assert endpoint_of(method, endpoint.example) == endpoint


@pytest.mark.parametrize(
    ("method", "target", "found"),
    [
        ("POST", "/v1/messages?beta=true", "POST /v1/messages"),
        ("GET", "/v1/messages", ""),
        ("POST", "/v1/messages/", ""),
        ("WEBSOCKET", "/v1/responses", "GET /v1/responses"),
        ("POST", "/v1beta/models/gemini-3:streamGenerateContent?alt=sse", "POST /v1beta/models/*action"),
        ("GET", "/v1beta/models", "GET /v1beta/models"),
        ("GET", "/v1beta/models/", "GET /v1beta/models/*action"),
        ("POST", "/v1internal:generateContent", "POST /v1internal:method"),
        ("POST", "/v1internal", ""),
        ("POST", "/api/provider/openai/v1/chat/completions", "POST /api/provider/:provider/v1/chat/completions"),
        ("POST", "/api/provider//models", ""),
        ("POST", "/api/provider/google/v1beta1/publishers/x/models/y:z", "ANY /api/provider/google/v1beta1/*path"),
        ("DELETE", "/api/threads/5/x", "ANY /api/threads/*path"),
        ("DELETE", "/threads/5", ""),
        ("GET", "/v0/management/request-error-logs/a.log", "GET /v0/management/request-error-logs/:name"),
        ("GET", "", ""),
        ("", "/", ""),
    ],
)
def test_requests_are_filed_as_the_router_would(method, target, found):
    assert endpoint_id(method, target) == found
