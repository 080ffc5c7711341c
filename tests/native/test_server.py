import orjson
import pytest

from native.surface.routes import CORS


async def get(client, path, method="GET", **options):
    async with client.request(method, path, allow_redirects=False, **options) as response:
        return response.status, response.headers, await response.text()


async def test_the_root_says_what_it_is(a, serving):
    async with serving(a.config()) as (client, _):
        status, headers, text = await get(client, "/")
        assert (status, orjson.loads(text)["message"]) == (200, "CLI Proxy API Server")
        assert CORS.items() <= headers.items()


@pytest.mark.parametrize("path", ["/nope", "/v1/models/m", "/v1", "/health"])
async def test_what_has_no_endpoint_is_not_found(a, serving, path):
    async with serving(a.config()) as (client, _):
        status, headers, text = await get(client, path)
        assert (status, headers["Content-Type"], text) == (404, "text/plain", "404 page not found")


async def test_any_question_before_a_request_is_answered_without_a_key(a, serving):
    async with serving(a.config()) as (client, _):
        status, headers, text = await get(client, "/whatever", "OPTIONS", headers={"Authorization": ""})
        assert (status, text) == (204, "")
        assert CORS.items() <= headers.items()


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/v1/models/?x=1", 301), ("POST", "/v1/messages/", 307)]
)
async def test_a_slash_too_many_is_sent_on(a, serving, method, path, status):
    async with serving(a.config()) as (client, _):
        found, headers, _ = await get(client, path, method)
        assert (found, headers["Location"]) == (status, path.replace("/?", "?").rstrip("/"))


@pytest.mark.parametrize(("key", "said"), [("", "Missing API key"), ("Bearer wrong", "Invalid API key")])
async def test_without_a_key_that_holds_nothing_goes_upstream(a, serving, key, said):
    async with serving(a.config()) as (client, upstream):
        status, _, text = await get(client, "/v1/chat/completions", "POST", headers={"Authorization": key}, json={})
        assert (status, orjson.loads(text), upstream.asked) == (401, {"error": said}, [])


async def test_models_are_listed_as_each_client_reads_them(a, serving):
    async with serving(a.config()) as (client, _):
        plain = orjson.loads((await get(client, "/v1/models"))[2])
        claude = orjson.loads((await get(client, "/v1/models", headers={"User-Agent": "claude-cli/2"}))[2])
        gemini = orjson.loads((await get(client, "/v1beta/models"))[2])
        one = orjson.loads((await get(client, "/v1beta/models/m"))[2])
    assert plain == {
        "object": "list",
        "data": [{"id": "m", "object": "model", "owned_by": "lab", "created": 1760000000}],
    }
    assert (claude["first_id"], claude["data"][0]["thinking"]) == ("m", True)
    assert gemini["models"][0]["name"] == one["name"] == "models/m"


async def test_what_has_no_endpoint_goes_on_to_the_legacy_where_there_is_one(a, serving):
    def legacy(_):
        return a.Answer([b"from ", b"the legacy"], 207, [("X-A", "1"), ("Connection", "close")])

    async with serving(a.config(), legacy, passthrough_enabled=True, cli_proxy_port=18317) as (client, upstream):
        status, headers, text = await get(client, "/v0/elsewhere?a=b", "PUT", data=b"body")
        assert (status, headers["X-A"], text) == (207, "1", "from the legacy")
        (asked,) = upstream.asked
        assert (asked.method, asked.url, asked.body) == ("PUT", "http://127.0.0.1:18317/v0/elsewhere?a=b", b"body")


async def test_a_browser_that_comes_back_sees_the_same_page_whatever_it_brings(a, serving):
    async with serving(a.config()) as (client, _):
        pages = [await get(client, f"/codex/callback{query}") for query in ("", "?state=s&code=c", "?error=denied")]
        assert len({text for _, _, text in pages}) == 1
        assert "Authentication successful" in pages[0][2]


async def test_telemetry_is_thanked_for_and_dropped(a, serving):
    async with serving(a.config()) as (client, upstream):
        status, _, text = await get(client, "/api/event_logging/batch", "POST", data=b"{}")
        assert (status, text, upstream.asked) == (200, '{"status":"ok"}', [])
