import gzip

import pytest

from native.config import AmpCode
from native.surface.amp_upstream import UNREACHABLE, address, secret_of
from native.upstream import NO_AGENT, UpstreamError

HOME = "https://amp.example.test"
AMP = {"upstream-url": HOME, "upstream-api-key": " amp-k "}
UNSIGNED = {"role": "assistant", "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "so"}]}


@pytest.mark.parametrize(
    ("upstream", "asked", "url"),
    [
        (HOME, "/api/user?x=1", f"{HOME}/api/user?x=1"),
        (f" {HOME}/base/?q=1 ", "/api/user", f"{HOME}/base/api/user?q=1"),
        (f"{HOME}/?q=1", "/threads?b=%20c", f"{HOME}/threads?q=1&b=%20c"),
        (HOME, "/api/user?z=%20&key=sk&a=1&key=other", f"{HOME}/api/user?a=1&key=other&z=+"),
        (HOME, "/api/user?auth_token=sk", f"{HOME}/api/user"),
        (HOME, "/api/user?token=sk", f"{HOME}/api/user?token=sk"),
    ],
)
def test_a_path_lies_below_amps_own_and_the_clients_key_stays_here(upstream, asked, url):
    assert address(upstream, asked, "sk") == url


def test_a_client_may_have_a_key_of_its_own_there():
    keys = [
        {"upstream-api-key": "", "api-keys": ["a"]},
        {"upstream-api-key": " amp-a ", "api-keys": [" a "]},
        {"upstream-api-key": "amp-b", "api-keys": ["a", "b"]},
    ]
    config = AmpCode.read({**AMP, "upstream-api-keys": keys})
    assert [secret_of(config, key) for key in ("a", "b", "c", "")] == ["amp-a", "amp-b", "amp-k", "amp-k"]


async def test_the_control_plane_is_asked_with_the_owners_key_and_without_what_tells_of_the_client(a, serving):
    headers = {"X-Api-Key": "sk-client", "Referer": "r", "Sec-Fetch-Mode": "cors", "Te": "trailers", "X-Mine": "1"}
    more = {"headers": headers, "skip_auto_headers": ["User-Agent"]}
    async with (
        serving(a.config(ampcode=AMP), lambda _: a.Answer([b"{}"], 201, [("X-Up", "1")])) as (client, upstream),
        client.post("/api/user/x?a=b", data=b"hi", **more) as got,
    ):
        assert (got.status, await got.read(), got.headers["X-Up"]) == (201, b"{}", "1")
        assert "Access-Control-Allow-Origin" not in got.headers
    (asked,) = upstream.asked
    assert (asked.method, asked.url, asked.body) == ("POST", f"{HOME}/api/user/x?a=b", b"hi")
    said = {name.lower(): value for name, value in asked.headers}
    assert (said["authorization"], said["x-api-key"], said["x-mine"], said["te"]) == (
        *("Bearer amp-k", "amp-k"),
        *("1", "trailers"),
    )
    assert not {"referer", "sec-fetch-mode", "accept-encoding", "host", "content-length"} & said.keys()
    assert NO_AGENT in asked.headers


async def test_a_model_that_nobody_here_serves_is_asked_for_there(a, serving):
    body = {"model": "nope", "max_tokens": 9, "messages": [UNSIGNED]}
    said = [b"data: 1\n\n", b"data: 2\n\n"]
    answer = a.Answer(said, headers=[("Content-Type", "text/event-stream")])
    async with serving(a.config(ampcode=AMP), lambda _: answer) as (client, upstream):
        for path in ("/api/provider/anthropic/v1/messages", "/api/provider/google/v1beta1/p/google/models/nope:do"):
            async with client.post(path, json=body) as got:
                assert await got.read() == b"".join(said)
            assert upstream.asked[-1].url == HOME + path
            assert b"hm" not in upstream.asked[-1].body


async def test_what_is_packed_without_saying_so_is_unpacked(a, serving):
    for said, came in ((gzip.compress(b"{}"), b"{}"), (b"\x1f\x8bbroken", b"\x1f\x8bbroken")):
        async with (
            serving(a.config(ampcode=AMP), lambda _, said=said: a.Answer([said[:1], said[1:]])) as (client, _),
            client.get("/api/meta") as got,
        ):
            assert (await got.read(), got.headers["Content-Length"]) == (came, str(len(came)))


async def test_the_control_plane_wants_a_key_but_for_the_pages_of_a_browser(a, serving):
    async with serving(a.config(ampcode=AMP), lambda _: a.Answer([b"page"])) as (client, upstream):
        bad = {"Authorization": "Bearer bad"}
        for path, status in (
            ("/api/user", 401),
            ("/api/auth/x", 401),
            ("/news.rss", 401),
            ("/auth/x", 200),
            ("/docs", 200),
        ):
            async with client.get(path, headers=bad) as got:
                assert got.status == status
        assert len(upstream.asked) == 2


async def test_where_amp_is_out_of_reach_it_is_told(a, serving):
    def fail(_):
        raise UpstreamError("no route")

    async with serving(a.config(ampcode=AMP), fail) as (client, _), client.get("/api/user") as got:
        assert (got.status, await got.read()) == (502, UNREACHABLE)
