import orjson
import pytest
from aiohttp.test_utils import make_mocked_request

from native.surface.cli import act

TURN = {"model": "m", "project": "p", "request": {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}}
EVENTS = {"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}


async def post(client, path, body=TURN, **headers):
    async with client.post(path, json=body, headers=headers) as response:
        return response.status, dict(response.headers), await response.read()


def stream_of(*events):
    return b"".join(b"data: " + orjson.dumps(event) + b"\n\n" for event in events)


async def test_a_whole_turn_comes_in_an_envelope(a, serving):
    async with serving(a.config()) as (client, upstream):
        status, headers, body = await post(client, "/v1internal:generateContent")
        assert (status, headers["Content-Type"]) == (200, "application/json")
        assert orjson.loads(body)["response"]["candidates"][0]["content"]["parts"] == [{"text": "Hello"}]
        assert upstream.body()["messages"] == [{"role": "user", "content": "Hi"}]


async def test_no_key_is_needed(a, serving):
    async with serving(a.config()) as (client, _):
        client.session.headers.clear()
        assert (await post(client, "/v1internal:generateContent"))[0] == 200


@pytest.mark.parametrize(
    ("query", "told"),
    [("", EVENTS), ("?alt=sse", EVENTS), ("?alt=json", {"Content-Type": "text/plain; charset=utf-8"})],
)
async def test_a_stream_is_events_whatever_it_is_called(a, serving, query, told):
    async with serving(a.config(), lambda _: a.stream("a", "b")) as (client, _):
        status, headers, body = await post(client, f"/v1internal:streamGenerateContent{query}")
        assert status == 200
        assert headers.items() >= told.items()
        events = [orjson.loads(line[6:]) for line in body.split(b"\n\n") if line]
        assert [event["response"]["candidates"][0]["content"]["parts"] for event in events] == [
            [{"text": "a"}],
            [{"text": "b"}],
        ]


@pytest.mark.parametrize("model", ["m", "nobodys"])
async def test_a_stream_that_fails_at_once_has_begun_all_the_same(a, serving, model):
    async with serving(a.config(), lambda _: a.Answer([b"bad thing"], 500)) as (client, _):
        status, headers, body = await post(client, "/v1internal:streamGenerateContent", {**TURN, "model": model})
        assert (status, headers["Content-Type"]) == (200, "text/event-stream")
        assert body.startswith(b'event: error\ndata: {"error":{"message":"')


async def test_a_whole_turn_that_fails_says_so(a, serving):
    async with serving(a.config(), lambda _: a.Answer([b"bad thing"], 400)) as (client, _):
        status, _, body = await post(client, "/v1internal:generateContent")
        assert (status, orjson.loads(body)["error"]["message"]) == (400, "bad thing")


async def test_everything_else_goes_on_to_google(a, serving):
    def script(_):
        return a.Answer([b'{"done":', b"true}"], 201, [("Content-Type", "application/json"), ("X-Goog", "1")])

    async with serving(a.config(), script) as (client, upstream):
        status, headers, body = await post(client, "/v1internal:onboardUser?x=1&y=%20z", {"a": 1}, **{"X-Own": "2"})
        assert (status, body, headers["X-Goog"]) == (200, b'{"done":true}', "1")
        (asked,) = upstream.asked
        assert asked.url == "https://cloudcode-pa.googleapis.com/v1internal:onboardUser?x=1&y=%20z"
        assert orjson.loads(asked.body) == {"a": 1}
        assert dict(asked.headers).items() >= {"X-Own": "2", "Authorization": "Bearer sk-client"}.items()
        assert not {"host", "content-length", "connection"} & {name.lower() for name, _ in asked.headers}


async def test_what_google_refuses_is_the_clients_fault(a, serving):
    async with serving(a.config(), lambda _: a.Answer([b'{"error":403}'], 403)) as (client, _):
        status, headers, body = await post(client, "/v1internal:fetchAdminControls")
        assert (status, headers["Content-Type"]) == (400, "application/json; charset=utf-8")
        assert orjson.loads(body) == {"error": {"message": '{"error":403}', "type": "invalid_request_error"}}


async def test_where_google_does_not_answer_the_request_is_invalid(a, serving):
    async with serving(a.config(), lambda _: a.Answer([], broken="EOF")) as (client, _):
        status, _, body = await post(client, "/v1internal:onboardUser")
        assert (status, orjson.loads(body)["error"]["message"]) == (400, "Invalid request: EOF")


@pytest.mark.parametrize(("method", "path"), [("POST", "/v1internal"), ("GET", "/v1internal:generateContent")])
async def test_other_paths_and_methods_are_not_found(a, serving, method, path):
    async with serving(a.config()) as (client, upstream), client.request(method, path) as response:
        assert response.status == 404
        assert upstream.asked == []


async def test_nobody_from_elsewhere_is_answered():
    request = make_mocked_request("POST", "/v1internal:generateContent").clone(remote="10.0.0.1")
    response = await act(request, None)
    assert response.status == 403
    assert orjson.loads(response.body)["error"]["type"] == "forbidden"
