import orjson
import pytest

ANSWER = b'{"candidates":[{"content":{"parts":[{"text":"Hi"}]}}],"usageMetadata":{"totalTokenCount":3}}'
BODY = {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}], "session_id": "s"}
HOME = "https://aiplatform.googleapis.com/v1/publishers/google/models"


def a_key(**others):
    models = [{"name": "gemini-2.5-flash", "alias": "flash"}, {"name": "imagen-4.0-generate-001", "alias": "draw"}]
    return {"api-keys": ["sk-client"], "vertex-api-key": [{"api-key": "vk-1", "models": models, **others}]}


async def post(client, path, body=BODY):
    async with client.post(path, json=body) as response:
        return response.status, await response.read()


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("flash:generateContent", f"{HOME}/gemini-2.5-flash:generateContent"),
        ("flash:generateContent?alt=json", f"{HOME}/gemini-2.5-flash:generateContent?$alt=json"),
        ("flash:streamGenerateContent?alt=sse", f"{HOME}/gemini-2.5-flash:streamGenerateContent?alt=sse"),
        ("flash:streamGenerateContent?alt=json", f"{HOME}/gemini-2.5-flash:streamGenerateContent?$alt=json"),
        ("flash:countTokens", f"{HOME}/gemini-2.5-flash:countTokens"),
        ("draw:generateContent", f"{HOME}/imagen-4.0-generate-001:predict"),
        ("draw:streamGenerateContent?alt=sse", f"{HOME}/imagen-4.0-generate-001:predict"),
        ("draw:streamGenerateContent?alt=json", f"{HOME}/imagen-4.0-generate-001:predict"),
    ],
)
async def test_a_model_has_an_address_of_its_own(a, serving, path, asked):
    async with serving(a_key(), lambda _: a.Answer([b"data: ", ANSWER, b"\n\n"])) as (client, upstream):
        await post(client, f"/v1beta/models/{path}")
        assert upstream.asked[0].url == asked


async def test_another_host_is_taken_as_it_is_written(a, serving):
    async with serving(a_key(**{"base-url": "https://v.example.test/api/"}), lambda _: a.Answer([ANSWER])) as (
        client,
        up,
    ):
        await post(client, "/v1beta/models/flash:generateContent")
        assert up.asked[0].url.startswith("https://v.example.test/api//v1/publishers/")


async def test_the_key_and_the_configurations_headers_go_with_it(a, serving):
    headers = {"X-Own": "1", "Content-Type": "text/own"}
    async with serving(a_key(headers=headers), lambda _: a.Answer([ANSWER])) as (client, upstream):
        await post(client, "/v1beta/models/flash:generateContent")
        assert sorted(upstream.asked[0].headers) == [
            ("Content-Type", "text/own"),
            ("X-Own", "1"),
            ("x-goog-api-key", "vk-1"),
        ]


async def test_the_body_names_the_model_and_no_session(a, serving):
    async with serving(a_key(), lambda _: a.Answer([ANSWER])) as (client, upstream):
        assert await post(client, "/v1beta/models/flash:generateContent") == (200, ANSWER)
        assert upstream.body()["model"] == "gemini-2.5-flash"
        assert "session_id" not in upstream.body()


async def test_a_count_leaves_out_what_is_not_counted(a, serving):
    body = {**BODY, "tools": [{"functionDeclarations": []}], "generationConfig": {"topK": 1}}
    async with serving(a_key(), lambda _: a.Answer([b'{"totalTokens":42}'])) as (client, upstream):
        status, text = await post(client, "/v1beta/models/flash:countTokens", body)
        assert (status, orjson.loads(text)["totalTokens"]) == (200, 42)
        assert set(upstream.body()) == {"contents", "model", "session_id"}


async def test_a_stream_is_passed_on_line_by_line_with_its_usage(a, serving):
    events = [b"data: " + ANSWER + b"\r\n\r\n", b": hello\n\n", b"data: [DONE]\n\n"]
    async with serving(a_key(), lambda _: a.Answer(events)) as (client, _):
        _, text = await post(client, "/v1beta/models/flash:streamGenerateContent?alt=sse")
        assert text == b"data: " + ANSWER + b"\n\ndata: : hello\n\n"


async def test_a_refusal_is_told_as_google_told_it(a, serving):
    refusal = b'{"error":{"code":403,"message":"no"}}'
    async with serving(a_key(), lambda _: a.Answer([refusal], 403)) as (client, _):
        assert await post(client, "/v1beta/models/flash:generateContent") == (403, refusal)
