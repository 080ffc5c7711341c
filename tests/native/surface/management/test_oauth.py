import os
from pathlib import Path

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from native.log_ins import MODULES
from native.surface.management.log_ins import log_ins_of

DEVICE = {"device_code": "d", "user_code": "AB-CD", "verification_uri": "https://g.test/d", "interval": 1}


async def test_a_browser_is_sent_to_the_provider_and_the_state_says_how_it_stands(owning):
    async with owning() as owner:
        status, said = await owner.ask("POST", "/oauth/start", {"provider": "cursor"})
        assert (status, said["incognito"]) == (200, False)
        assert said["auth_url"].startswith("https://")
        path = f"/oauth/status?state={said['state']}"
        assert await owner.ask("GET", path) == (200, {"completed": False})
        log_ins_of(owner.service).sessions.say(said["state"], "it broke")
        assert await owner.ask("GET", path) == (200, {"completed": False, "error": "it broke"})


async def test_a_log_in_is_complete_when_its_file_is_there(owning):
    async with owning(log_ins={"cursor.json": {"type": "cursor", "email": "a@b.test"}}) as owner:
        state = (await owner.ask("POST", "/oauth/start", {"provider": "cursor"}))[1]["state"]
        log_ins_of(owner.service).sessions.complete(state)
        path, file = f"/oauth/status?state={state}", owner.auth_dir / "cursor.json"
        os.utime(file, (owner.clock.time - 60, owner.clock.time - 60))
        assert (await owner.ask("GET", path))[1]["completed"] is False
        os.utime(file, (owner.clock.time, owner.clock.time))
        assert (await owner.ask("GET", path))[1] == {"completed": True, "provider": "cursor", "email": "a@b.test"}


async def test_a_device_is_told_its_code_and_never_the_providers(owning, a):
    async with owning() as owner:
        owner.upstream.script = lambda _: a.Answer([orjson.dumps({**DEVICE, "expires_in": 900})])
        status, said = await owner.ask("POST", "/oauth/device-start", {"provider": "github-copilot"})
        assert status == 200
        assert (said["user_code"], said["verification_uri"]) == ("AB-CD", "https://g.test/d")
        assert said["device_code"] != "d"
        poll = {"provider": "github-copilot", "device_code": said["device_code"]}
        assert (await owner.ask("POST", "/oauth/device-poll", poll))[1] == {"status": "pending"}
        log_ins_of(owner.service).sessions.say(said["device_code"], "denied")
        assert (await owner.ask("POST", "/oauth/device-poll", poll))[1] == {"status": "error", "error": "denied"}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/oauth/start", {}, 400),
        ("/oauth/start", {"provider": "nobody"}, 400),
        ("/oauth/start", {"provider": "github-copilot"}, 501),
        ("/oauth/start", {"provider": "vertex"}, 501),
        ("/oauth/start", {"provider": 7}, 400),
        ("/oauth/start", b"no json", 400),
        ("/oauth/device-start", {"provider": "claude"}, 501),
        ("/oauth/device-poll", {"provider": "kilo"}, 400),
        ("/oauth/import-service-account", {"provider": "vertex"}, 400),
        ("/oauth/import-service-account", {"provider": "claude", "key_file": "{}"}, 400),
        ("/oauth/import-service-account", {"provider": "vertex", "key_file": "{"}, 400),
        ("/oauth/import-service-account", {"provider": "vertex", "key_file": "{}"}, 400),
        ("/oauth/refresh/claude", {}, 404),
    ],
)
async def test_what_cannot_be_done_is_said(owning, path, body, status):
    async with owning() as owner:
        found, said = await owner.ask("POST", path, body)
        assert (found, bool(said["error"])) == (status, True)


@pytest.mark.parametrize("state", ["", "..", "x" * 200, "nobody"])
async def test_an_unknown_state_is_not_complete(owning, state):
    async with owning() as owner:
        status, said = await owner.ask("GET", f"/oauth/status?state={state}")
        assert (status, said.get("completed", False)) == (200 if state else 400, False)
        assert said["error"]


async def test_a_service_account_becomes_a_log_in(owning):
    key = generate_private_key(65537, 1024).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    account = {"type": "service_account", "project_id": "p", "client_email": "s@p.test", "private_key": key.decode()}
    async with owning() as owner:
        body = {"provider": "vertex", "key_file": orjson.dumps(account).decode()}
        said = {"success": True, "provider": "vertex", "email": "s@p.test", "project_id": "p"}
        assert await owner.ask("POST", "/oauth/import-service-account", body) == (200, said)
        (file,) = owner.auth_dir.iterdir()
        assert Path(file).name in owner.service.pool.credentials


async def test_nothing_is_renewed_on_demand(owning):
    async with owning(log_ins={"c.json": {"type": "claude", "email": "a@b.test"}}) as owner:
        assert (await owner.ask("POST", "/oauth/refresh/claude"))[0] == 501


async def test_who_can_be_logged_in_at_is_told(owning):
    async with owning() as owner:
        said = (await owner.ask("GET", "/oauth/providers"))[1]
        assert set(said["oauth"]) | set(said["device_code"]) == set(MODULES)
        assert said["service_account"] == ["vertex"]
        assert set(said["all"]) == {*MODULES, "vertex"}
