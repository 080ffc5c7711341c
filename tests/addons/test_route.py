"""Flags decide who answers; what cannot be decided goes to the legacy."""

import orjson
import pytest
from mitmproxy.test import tflow

from addons.route import LARGEST_HELD, Route
from addons.way import Target, way_of
from shim.flags.table import Flag, Scope, Table, Value

LEGACY, NATIVE = Target("legacy", ("127.0.0.1", 1)), Target("native", ("127.0.0.1", 2))
CLAUDE, CHAT = "POST /v1/messages", "POST /v1/chat/completions"


def a_route(*flags, native=NATIVE, handled=(CLAUDE, CHAT), provider=None):
    table = Table(Flag(Scope(*scope), Value.parse(value), at=1.0) for scope, value in flags)
    return Route(LEGACY, native, frozenset(handled), provider, table)


def a_flow(path="/v1/messages", body=None, method="POST", **headers):
    flow = tflow.tflow(req=None)
    flow.request.method, flow.request.path = method, path
    flow.request.raw_content = orjson.dumps(body) if body is not None else b""
    flow.request.headers["content-length"] = str(len(flow.request.raw_content))
    for name, value in headers.items():
        flow.request.headers[name.replace("_", "-")] = value
    return flow


def asked(route, flow):
    """Who is asked, in order."""
    route.requestheaders(flow)
    if not flow.request.stream:
        route.request(flow)
    return [target.name for target in way_of(flow).targets]


def test_with_no_flag_the_legacy_answers_and_the_body_is_streamed():
    flow = a_flow()
    assert asked(a_route(), flow) == ["legacy"]
    assert flow.request.stream is True
    assert way_of(flow).endpoint == CLAUDE


def test_native_is_asked_first_and_the_legacy_behind_it():
    flow = a_flow(body={"model": "m", "stream": True})
    assert asked(a_route(((CLAUDE,), "native")), flow) == ["native", "legacy"]
    assert (way_of(flow).model, way_of(flow).stream, way_of(flow).mode) == ("m", True, "native")


def test_shadow_is_answered_by_the_legacy():
    flow = a_flow()
    assert asked(a_route(((CLAUDE,), "shadow")), flow) == ["legacy"]
    assert way_of(flow).mode == "shadow"
    assert flow.request.stream is True


@pytest.mark.parametrize(
    ("scope", "body", "first"),
    [
        ((CLAUDE, "", "yes"), {"stream": True}, "native"),
        ((CLAUDE, "", "yes"), {"stream": False}, "legacy"),
        ((CLAUDE, "", "no"), {}, "native"),
        ((CLAUDE, "", "", "claude-*"), {"model": "claude-x"}, "native"),
        ((CLAUDE, "", "", "claude-*"), {"model": "gpt"}, "legacy"),
        ((CLAUDE, "codex"), {"model": "gpt"}, "native"),
        ((CLAUDE, "codex"), {"model": "claude-x"}, "legacy"),
        ((CLAUDE, "", "", "m"), ["not", "an", "object"], "legacy"),
    ],
)
def test_narrowings_are_read_from_the_body(scope, body, first):
    route = a_route((scope, "native"), provider=lambda model: "codex" if model == "gpt" else "claude")
    assert asked(route, a_flow(body=body))[0] == first


def test_a_model_and_a_stream_in_the_path_count():
    endpoint = "POST /v1beta/models/*action"
    route = a_route(((endpoint, "", "yes", "gemini-3"), "native"), handled=[endpoint])
    assert asked(route, a_flow("/v1beta/models/gemini-3:streamGenerateContent?alt=sse", {}))[0] == "native"
    assert asked(route, a_flow("/v1beta/models/gemini-3:generateContent", {}))[0] == "legacy"
    assert asked(route, a_flow("/v1beta/models/gemini-2:streamGenerateContent", {}))[0] == "legacy"


def test_a_provider_in_the_path_counts():
    endpoint = "POST /api/provider/:provider/v1/messages"
    route = a_route(((endpoint, "anthropic"), "native"), handled=[endpoint])
    assert asked(route, a_flow("/api/provider/anthropic/v1/messages", {}))[0] == "native"
    assert asked(route, a_flow("/api/provider/other/v1/messages", {}))[0] == "legacy"


def test_what_native_has_no_handler_for_is_the_legacys_and_says_so():
    flow = a_flow(body={})
    assert asked(a_route(((CLAUDE,), "native"), handled=[]), flow) == ["legacy"]
    assert way_of(flow).reason == "native has no handler"


def test_until_native_is_known_the_legacy_answers():
    route = a_route(((CLAUDE,), "native"))
    route.handled = None
    assert asked(route, a_flow(body={})) == ["legacy"]


def test_without_native_the_legacy_answers_and_says_so():
    flow = a_flow(body={})
    assert asked(a_route(((CLAUDE,), "native"), native=None), flow) == ["legacy"]
    assert (way_of(flow).mode, way_of(flow).reason) == ("legacy", "native does not run")


@pytest.mark.parametrize("length", [str(LARGEST_HELD + 1), "many", ""])
def test_what_is_too_large_to_be_held_is_streamed_to_the_legacy(length):
    flow = a_flow(body={})
    flow.request.headers["content-length"] = length
    if not length:
        flow.request.headers["transfer-encoding"] = "chunked"
    assert asked(a_route(((CLAUDE,), "native")), flow) == ["legacy"]
    assert flow.request.stream is True
    assert "too large" in way_of(flow).reason


def test_what_is_no_endpoint_passes_whatever_the_flags_say():
    flow = a_flow("/no/such/path", {})
    assert asked(a_route((("*",), "native")), flow) == ["legacy"]
    assert flow.request.stream is True


def test_a_canary_keeps_its_conversations_and_is_about_as_large_as_it_says():
    route = a_route(((CLAUDE,), "canary 30%"))
    talks = [{"messages": [{"role": "user", "content": f"task {n}"}]} for n in range(1000)]
    firsts = [asked(route, a_flow(body=talk, x_api_key="k"))[0] for talk in talks]
    longer = [{"messages": [*talk["messages"], {"role": "assistant", "content": "ok"}]} for talk in talks]
    assert firsts == [asked(route, a_flow(body=talk, x_api_key="k"))[0] for talk in longer]
    assert 250 < firsts.count("native") < 350


def test_the_configuration_says_whose_a_model_is():
    route = a_route(((CLAUDE, "openai-compatibility"), "native"))
    assert asked(route, a_flow(body={"model": "mine"}))[0] == "legacy"
    route.providers_in("openai-compatibility:\n- name: x\n  models: [{name: a, alias: mine}]\n")
    assert asked(route, a_flow(body={"model": "mine"}))[0] == "native"
