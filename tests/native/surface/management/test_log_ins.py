import asyncio
import socket
from dataclasses import replace

import aiohttp
import orjson
import pytest

from native.log_ins import MODULES, log_in_of
from native.log_ins.sessions import Returned
from native.surface.management.log_ins import log_ins_of

TOKENS = {"access_token": "at", "refresh_token": "rt", "expires_in": 60, "account": {"email_address": "a@example.test"}}


async def settled(owner, state):
    """What a log-in's state says once it no longer waits."""
    for _ in range(200):
        said = (await owner.ask("GET", f"/get-auth-status?state={state}"))[1]
        if said != {"status": "wait"}:
            return said
        await asyncio.sleep(0.02)
    return None


async def test_how_a_log_in_stands(owning):
    async with owning() as owner:
        sessions = log_ins_of(owner.service).sessions
        for status, said in (
            ("", {"status": "wait"}),
            ("denied", {"status": "error", "error": "denied"}),
            ("device_code|https://u|C", {"status": "device_code", "verification_url": "https://u", "user_code": "C"}),
            ("auth_url|https://u|x", {"status": "auth_url", "url": "https://u|x"}),
        ):
            sessions.open("s", "codex")
            if status:
                sessions.say("s", status)
            assert await owner.ask("GET", "/get-auth-status?state=s") == (200, said)
        assert await owner.ask("GET", "/get-auth-status?state=other") == (200, {"status": "ok"})
        assert (await owner.ask("GET", "/get-auth-status?state=../x"))[0] == 400


async def test_a_code_is_taken_for_the_log_in_it_belongs_to(owning):
    async with owning() as owner:
        sessions = log_ins_of(owner.service).sessions
        sessions.open("s", "codex")
        body = {"provider": "openai", "redirect_url": "http://localhost/cb?code=c&state=s"}
        for wrong, status in (
            ({**body, "provider": "claude"}, 400),
            ({"provider": "codex", "state": "t", "code": "c"}, 404),
            ({"provider": "codex", "state": "s"}, 400),
            ({"provider": "codex", "state": "../s", "code": "c"}, 400),
            ({"provider": 7}, 400),
            ({}, 400),
        ):
            assert (await owner.ask("POST", "/oauth-callback", wrong))[0] == status
        assert await owner.ask("POST", "/oauth-callback", body) == (200, {"status": "ok"})
        assert sessions.take("s") == Returned("c")
        sessions.say("s", "denied")
        assert (await owner.ask("POST", "/oauth-callback", body))[0] == 409


async def test_a_log_in_goes_from_its_address_to_its_file(owning, a):
    async with owning() as owner:
        owner.upstream.script = lambda _: a.Answer([orjson.dumps(TOKENS)])
        status, said = await owner.ask("GET", "/anthropic-auth-url")
        assert (status, said["status"]) == (200, "ok")
        assert f"state={said['state']}" in said["url"]
        async with owner.client.get(f"/anthropic/callback?code=c&state={said['state']}") as page:
            assert page.status == 200
        assert await settled(owner, said["state"]) == {"status": "ok"}
        assert owner.log_in("claude-a@example.test.json")["access_token"] == "at"
        assert "claude-a@example.test.json" in owner.service.pool.credentials


async def test_a_browser_may_come_back_by_the_provider_s_own_port(owning, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setattr("native.log_ins.running.log_in_of", lambda name: _on(log_in_of(name), port))
    async with owning({"port": 8317}) as owner:
        status, said = await owner.ask("GET", "/codex-auth-url?is_webui=true")
        assert status == 200
        async with (
            aiohttp.ClientSession() as browser,
            browser.get(f"http://127.0.0.1:{port}/auth/callback?code=c&state=s", allow_redirects=False) as back,
        ):
            assert back.status == 302
            assert back.headers["Location"] == "http://127.0.0.1:8317/codex/callback?code=c&state=s"
        taken = await owner.ask("GET", "/codex-auth-url?is_webui=1")
        assert taken[0] == 200, "a second log-in takes the port over"
        assert said["state"] != taken[1]["state"]


def _on(way, port):
    return replace(way, port=port)


async def test_a_provider_that_is_down_is_told(owning, a):
    async with owning() as owner:
        owner.upstream.script = lambda _: a.Answer([b"{}"], status=503)
        for name in ("qwen", "kimi"):
            assert await owner.ask("GET", f"/{name}-auth-url") == (
                500,
                {"error": "failed to generate authorization url"},
            )
        for name in ("kilo", "github"):
            assert await owner.ask("GET", f"/{name}-auth-url") == (500, {"error": "failed to initiate device flow"})
        assert (await owner.ask("GET", "/gitlab-auth-url"))[0] == 400
        assert (await owner.ask("GET", "/kiro-auth-url?method=x"))[0] == 400


@pytest.mark.parametrize(
    ("path", "body", "error"),
    [
        ("/iflow-auth-url", {}, "cookie is required"),
        ("/iflow-auth-url", [], "cookie is required"),
        ("/iflow-auth-url", {"cookie": "a=b"}, "cookie missing BXAuth field"),
        ("/gitlab-auth-url", {"token": 7}, "invalid body"),
        ("/gitlab-auth-url", {"base_url": "x"}, "personal_access_token is required"),
    ],
)
async def test_what_is_no_cookie_and_no_token_is_refused(owning, path, body, error):
    async with owning() as owner:
        assert await owner.ask("POST", path, body) == (400, {"status": "error", "error": error})


def test_every_name_leads_to_a_module_that_knows_how():
    assert all(log_in_of(name).provider for name in MODULES)
