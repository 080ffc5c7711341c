import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

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


@pytest.fixture
def account_file(tmp_path):
    key = generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    service = {"client_email": "bot@p.test", "private_key": key}
    tree = {"type": "vertex", "project_id": "p", "location": "europe-west4", "service_account": service}
    path = tmp_path / "vertex-p.json"
    path.write_bytes(orjson.dumps(tree))
    return path


def google(a, tokens=b'{"access_token":"t1","expires_in":3600}', status=200):
    def script(request):
        return a.Answer([tokens], status) if request.url.endswith("/token") else a.Answer([ANSWER])

    return script


@pytest.mark.usefixtures("account_file")
async def test_a_service_account_asks_with_a_token_of_its_own(a, serving):
    async with serving({"api-keys": ["sk-client"]}, google(a)) as (client, upstream):
        assert await post(client, "/v1beta/models/gemini-2.5-flash:generateContent") == (200, ANSWER)
        token, turn = upstream.asked
        assert token.url == "https://oauth2.googleapis.com/token"
        assert turn.url.endswith(
            "/projects/p/locations/europe-west4/publishers/google/models/gemini-2.5-flash:generateContent"
        )
        assert dict(turn.headers)["Authorization"] == "Bearer t1"
        assert "x-goog-api-key" not in dict(turn.headers)


@pytest.mark.usefixtures("account_file")
@pytest.mark.parametrize(("dialect", "asked"), [("parity", 4), ("clean", 3)])
async def test_a_token_is_used_again_in_clean_alone(a, serving, dialect, asked):
    async with serving({"api-keys": ["sk-client"], "dialect": dialect}, google(a)) as (client, upstream):
        for action in ("generateContent", "countTokens"):
            await post(client, f"/v1beta/models/gemini-2.5-flash:{action}")
        assert len(upstream.asked) == asked


@pytest.mark.usefixtures("account_file")
async def test_a_refused_token_is_no_news_to_the_client(a, serving):
    script = google(a, b'{"error":"invalid_grant"}', 400)
    async with serving({"api-keys": ["sk-client"]}, script) as (client, _):
        status, body = await post(client, "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse")
        assert (status, orjson.loads(body)["error"]["message"]) == (500, "internal server error")


@pytest.mark.usefixtures("account_file")
async def test_a_service_account_draws_in_imagens_own_words(a, serving):
    def script(request):
        if request.url.endswith("/token"):
            return a.Answer([b'{"access_token":"t1"}'])
        return a.Answer([b'{"predictions":[{"bytesBase64Encoded":"QQ=="}]}'])

    async with serving({"api-keys": ["sk-client"]}, script) as (client, upstream):
        _, body = await post(client, "/v1beta/models/imagen-4.0-generate-001:generateContent")
        assert upstream.body() == {"instances": [{"prompt": "Hi"}], "parameters": {"sampleCount": 1}}
        parts = orjson.loads(body)["candidates"][0]["content"]["parts"]
        assert parts == [{"inlineData": {"mimeType": "image/png", "data": "QQ=="}}]


async def test_a_token_in_the_file_is_a_key(a, serving, account_file):
    account_file.write_bytes(b'{"type":"vertex","access_token":"given"}')
    async with serving({"api-keys": ["sk-client"]}, google(a)) as (client, upstream):
        await post(client, "/v1beta/models/gemini-2.5-flash:generateContent")
        assert dict(upstream.asked[0].headers)["x-goog-api-key"] == "given"


async def test_a_broken_file_is_said_to_be_so(a, serving, account_file):
    account_file.write_bytes(b'{"type":"vertex"}')
    async with serving({"api-keys": ["sk-client"]}, google(a)) as (client, upstream):
        status, body = await post(client, "/v1beta/models/gemini-2.5-flash:generateContent")
        assert (status, upstream.asked) == (500, [])
        assert "missing project_id" in orjson.loads(body)["error"]["message"]
