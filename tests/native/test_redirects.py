import pytest

from native.redirects import MOST, send
from native.upstream import UpstreamError, UpstreamRequest

HEADERS = [("Content-Type", "application/json"), ("x-api-key", "sk-1"), ("Authorization", "Bearer t"), ("X-Odd", "1")]
REQUEST = UpstreamRequest("POST", "https://a.test/v1/messages?x=1", HEADERS, b"{}")


class Answer:
    def __init__(self, status, location=""):
        self.status = status
        self.headers = [("Location", location)] if location else []
        self.closed = False

    def close(self):
        self.closed = True


class Upstream:
    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    async def send(self, request):
        self.asked.append(request)
        return self.answers.pop(0)


async def test_what_is_no_redirect_is_the_answer():
    upstream = Upstream(Answer(304, "/elsewhere"))
    assert (await send(upstream, REQUEST)).status == 304
    assert upstream.asked == [REQUEST]


@pytest.mark.parametrize("status", [307, 308])
async def test_the_same_request_goes_to_the_new_place(status):
    first = Answer(status, "/v2/messages")
    upstream = Upstream(first, Answer(200))
    assert (await send(upstream, REQUEST)).status == 200
    again = upstream.asked[1]
    assert (again.method, again.url, again.body) == ("POST", "https://a.test/v2/messages", b"{}")
    assert again.headers == [*HEADERS, ("Referer", "https://a.test/v1/messages?x=1")]
    assert first.closed


@pytest.mark.parametrize("status", [301, 302, 303])
async def test_others_are_asked_for_with_get(status):
    upstream = Upstream(Answer(status, "https://eu.a.test/m"), Answer(200))
    await send(upstream, REQUEST)
    again = upstream.asked[1]
    assert (again.method, again.url, again.body) == ("GET", "https://eu.a.test/m", b"")
    assert "Content-Type" not in dict(again.headers)
    assert dict(again.headers)["x-api-key"] == "sk-1"


async def test_no_key_goes_to_another_host():
    upstream = Upstream(Answer(307, "https://b.test/"), Answer(200))
    await send(upstream, REQUEST)
    assert [name for name, _ in upstream.asked[1].headers] == ["Content-Type", "X-Odd", "Referer"]


async def test_a_place_without_tls_is_told_neither_keys_nor_where_we_came_from():
    upstream = Upstream(Answer(307, "http://a.test/"), Answer(200))
    await send(upstream, REQUEST)
    assert [name for name, _ in upstream.asked[1].headers] == ["Content-Type", "X-Odd"]


async def test_a_redirect_to_nowhere_is_the_answer():
    assert (await send(Upstream(Answer(302)), REQUEST)).status == 302


async def test_a_circle_ends():
    upstream = Upstream(*(Answer(307, "/round") for _ in range(MOST)))
    with pytest.raises(UpstreamError, match=r'^Post "https://a.test/round": stopped after 10 redirects$'):
        await send(upstream, REQUEST)
    assert len(upstream.asked) == MOST


async def test_the_tenth_answer_may_be_one():
    upstream = Upstream(*(Answer(307, "/round") for _ in range(MOST - 1)), Answer(200))
    assert (await send(upstream, REQUEST)).status == 200


async def test_what_is_no_web_address_is_not_followed():
    with pytest.raises(UpstreamError, match="unsupported protocol"):
        await send(Upstream(Answer(307, "file:///etc/passwd")), REQUEST)


async def test_an_address_is_asked_for_without_who_it_names_and_they_are_named_where_nobody_is():
    for headers, said in (([], "Basic bWU6"), ([("authorization", "Bearer t")], "Bearer t")):
        upstream = Upstream(Answer(200))
        await send(upstream, UpstreamRequest("GET", "https://me@a.test/x y#z", headers, b""))
        asked = {name.lower(): value for name, value in reversed(upstream.asked[0].headers)}
        assert (upstream.asked[0].url, asked["authorization"]) == ("https://a.test/x%20y", said)


async def test_what_is_no_address_is_refused():
    with pytest.raises(UpstreamError, match=r"^parse "):
        await send(Upstream(), UpstreamRequest("GET", "https://[a.test/x y", [], b""))
