"""The calls that the published control panel makes, in the order of its pages, and that none of them is refused.

Written down from its pages and its client (1.7 and 1.22), so that a server can be held to it without a browser.
"""

import bcrypt
import orjson
import pytest
import yaml
from aiohttp.test_utils import TestClient, TestServer

from native import config as configuration
from native.outside import SystemClock, SystemIds
from native.server import build
from native.settings import Settings
from native.stores import Stores
from shim.judge.playback import PlayedUpstream

SECRET = "owner"
HASH = bcrypt.hashpw(SECRET.encode(), bcrypt.gensalt(4)).decode()
KEY = {
    "api-key": "sk-up-1",
    "priority": 1,
    "prefix": "team",
    "base-url": "https://one.example",
    "headers": {"X-A": "1"},
}
MODELS = [{"name": "m1", "alias": "a1"}]
CLAUDE = {**KEY, "models": MODELS, "excluded-models": ["*-preview"], "cloak": {"mode": "auto"}}
PROVIDER = {"name": "p", "base-url": "https://one.example", "api-key-entries": [{"api-key": "k"}], "models": MODELS}
MAPPING = {"from": "a", "to": "b", "regex": False}
LOG_IN = {"type": "claude", "email": "somebody@example.test", "access_token": "at"}
SWITCHES = ("debug", "usage-statistics-enabled", "request-log", "logging-to-file", "ws-auth", "force-model-prefix")
QUOTA = ("quota-exceeded/switch-project", "quota-exceeded/switch-preview-model")

CALLS = (
    # the way in, and the first page
    *(("GET", path, None) for path in ("/config", "/api-keys", "/auth-files", "/config.yaml")),
    # settings
    *(("PUT", f"/{name}", {"value": True}) for name in (*SWITCHES, *QUOTA)),
    ("PUT", "/request-retry", {"value": 3}),
    ("PUT", "/logs-max-total-size-mb", {"value": 100}),
    ("GET", "/logs-max-total-size-mb", None),
    ("PUT", "/routing/strategy", {"value": "fill-first"}),
    ("GET", "/routing/strategy", None),
    ("PUT", "/proxy-url", {"value": "socks5://127.0.0.1:9"}),
    ("DELETE", "/proxy-url", None),
    # client keys
    ("PUT", "/api-keys", ["sk-1", "sk-2"]),
    ("PATCH", "/api-keys", {"index": 1, "value": "sk-3"}),
    ("DELETE", "/api-keys?index=0", None),
    # keys that lead upstream
    *(("GET", f"/{name}-api-key", None) for name in ("gemini", "claude", "codex", "vertex")),
    ("PUT", "/gemini-api-key", [KEY]),
    ("PATCH", "/gemini-api-key", {"index": 0, "value": {"excluded-models": ["*"]}}),
    ("DELETE", "/gemini-api-key?api-key=sk-up-1", None),
    ("PUT", "/claude-api-key", [CLAUDE]),
    ("PATCH", "/claude-api-key", {"index": 0, "value": {"excluded-models": []}}),
    ("DELETE", "/claude-api-key?api-key=sk-up-1", None),
    ("PUT", "/codex-api-key", [{**KEY, "websockets": True, "models": MODELS}]),
    ("DELETE", "/codex-api-key?api-key=sk-up-1", None),
    ("PUT", "/vertex-api-key", [{**KEY, "models": MODELS}]),
    ("DELETE", "/vertex-api-key?api-key=sk-up-1", None),
    ("PUT", "/openai-compatibility", [PROVIDER]),
    ("PATCH", "/openai-compatibility", {"index": 0, "value": {**PROVIDER, "name": "q"}}),
    ("GET", "/openai-compatibility", None),
    ("DELETE", "/openai-compatibility?name=q", None),
    # Amp
    ("PUT", "/ampcode/upstream-url", {"value": "https://amp.example"}),
    ("PUT", "/ampcode/upstream-api-key", {"value": "amp-key"}),
    ("PUT", "/ampcode/upstream-api-keys", {"value": [{"upstream-api-key": "amp-key", "api-keys": ["sk-3"]}]}),
    ("PATCH", "/ampcode/model-mappings", {"value": [MAPPING]}),
    ("PUT", "/ampcode/force-model-mappings", {"value": True}),
    *(("GET", path, None) for path in ("/ampcode", "/ampcode/model-mappings", "/ampcode/upstream-api-keys")),
    ("DELETE", "/ampcode/upstream-api-keys", {"value": ["amp-key"]}),
    ("DELETE", "/ampcode/model-mappings", {"value": ["a"]}),
    ("DELETE", "/ampcode/upstream-api-key", None),
    ("DELETE", "/ampcode/upstream-url", None),
    # log-ins
    ("POST", "/auth-files?name=one.json", LOG_IN),
    ("GET", "/auth-files/models?name=one.json", None),
    ("GET", "/auth-files/download?name=one.json", None),
    ("PATCH", "/auth-files/status", {"name": "one.json", "disabled": True}),
    ("GET", "/model-definitions/claude", None),
    ("PATCH", "/oauth-excluded-models", {"provider": "claude", "models": ["*-preview"]}),
    ("GET", "/oauth-excluded-models", None),
    ("DELETE", "/oauth-excluded-models?provider=claude", None),
    ("PATCH", "/oauth-model-alias", {"channel": "claude", "aliases": [{"name": "m", "alias": "a", "fork": True}]}),
    ("GET", "/oauth-model-alias", None),
    ("DELETE", "/oauth-model-alias?channel=claude", None),
    ("DELETE", "/auth-files?name=one.json", None),
    # what has happened
    ("GET", "/usage", None),
    ("GET", "/usage/export", None),
    ("GET", "/logs", None),
    ("GET", "/request-error-logs", None),
    ("DELETE", "/logs", None),
    ("GET", "/get-auth-status", None),
)


@pytest.fixture
async def client(tmp_path):
    file = tmp_path / "config.yaml"
    aliases = {"kiro": None, "github-copilot": None}  # else what is built in is written with the first change
    tree = {"remote-management": {"secret-key": HASH}, "logging-to-file": True, "oauth-model-alias": aliases}
    file.write_text(yaml.safe_dump(tree))
    for folder in ("auth", "logs", "static"):
        (tmp_path / folder).mkdir()
    (tmp_path / "static" / "management.html").write_text("<!doctype html><title>panel</title>")
    (tmp_path / "logs" / "main.log").write_text("")
    app = build(
        configuration.load(file),
        upstream=PlayedUpstream(()),
        clock=SystemClock(),
        ids=SystemIds(),
        stores=Stores(tmp_path / "auth", file, tmp_path / "logs"),
        settings=Settings(),
    )
    async with TestClient(TestServer(app)) as found:
        yield found


async def test_none_of_its_calls_is_refused(client):
    headers = {"Authorization": f"Bearer {SECRET}", "Content-Type": "application/json"}
    refused = []
    for method, path, body in CALLS:
        data = None if body is None else orjson.dumps(body)
        async with client.request(method, f"/v0/management{path}", data=data, headers=headers) as answer:
            said = await answer.read()
            if answer.status != 200 or "X-CPA-VERSION" not in answer.headers:
                refused.append((method, path, answer.status, said[:200]))
    assert refused == []


async def test_the_page_itself_is_served_to_whoever_asks(client):
    async with client.get("/management.html") as answer:
        assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert "panel" in await answer.text()
        seen = {"If-Modified-Since": answer.headers["Last-Modified"]}
    async with client.get("/management.html", headers=seen) as answer:
        assert (answer.status, await answer.read()) == (304, b"")


async def test_no_page_is_served_where_the_panel_is_switched_off(client):
    headers = {"Authorization": f"Bearer {SECRET}"}
    text = f"remote-management:\n  secret-key: {HASH}\n  disable-control-panel: true\n"
    async with client.put("/v0/management/config.yaml", data=text.encode(), headers=headers) as answer:
        assert answer.status == 200
    async with client.get("/management.html") as answer:
        assert answer.status == 404


async def test_the_whole_file_is_put_and_read_back(client):
    headers = {"Authorization": f"Bearer {SECRET}", "Content-Type": "application/yaml"}
    text = f"# mine\nremote-management:\n  secret-key: {HASH}\ndebug: true\n"
    async with client.put("/v0/management/config.yaml", data=text.encode(), headers=headers) as answer:
        assert await answer.json() == {"ok": True, "changed": ["config"]}
    async with client.get("/v0/management/config.yaml", headers=headers) as answer:
        assert await answer.text() == text
