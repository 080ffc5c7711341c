import pytest

from native.credentials.credential import Credential
from native.surface.management.auth import expiry_of

CLAUDE = {"type": "claude", "email": "a@b.test", "access_token": "secret-1", "expired": "2025-01-01T00:00:00Z"}
CODEX = {"type": "codex", "email": "c@d.test", "access_token": "secret-2"}
LOG_INS = {"claude-a.json": CLAUDE, "claude-b.json": {**CLAUDE, "email": "b@b.test"}, "codex.json": CODEX}


async def test_log_ins_are_listed_without_their_secrets(owning, a):
    async with owning(a.config(), log_ins=LOG_INS) as owner:
        said = (await owner.ask("GET", "/auth"))[1]
        found = {one["id"]: one for one in said["auth_files"]}
        assert set(found) == set(LOG_INS)
        one = found["claude-a.json"]
        assert (one["provider"], one["email"], one["is_expired"]) == ("claude", "a@b.test", True)
        assert (found["codex.json"]["expires_at"], found["codex.json"]["is_expired"]) == (None, False)
        assert "secret" not in str(said)


async def test_a_providers_log_ins_are_found_by_either_name(owning):
    async with owning(log_ins=LOG_INS) as owner:
        for name in ("claude", "anthropic"):
            status, said = await owner.ask("GET", f"/auth/{name}")
            assert (status, said["id"], len(said["auth_files"])) == (200, "claude-a.json", 2)
        assert await owner.ask("GET", "/auth/kiro") == (404, {"error": "Not authenticated"})


async def test_one_log_in_is_removed_and_no_other(owning):
    async with owning(log_ins=LOG_INS) as owner:
        assert await owner.ask("DELETE", "/auth/claude-a.json") == (200, {"success": True, "deleted": 1})
        assert (await owner.ask("DELETE", "/auth/claude-a.json"))[0] == 404
        assert {one.name for one in owner.auth_dir.iterdir()} == {"claude-b.json", "codex.json"}
        assert set(owner.service.pool.credentials) == {"claude-b.json", "codex.json"}


async def test_all_log_ins_of_a_provider_are_removed(owning):
    async with owning(log_ins=LOG_INS) as owner:
        assert (await owner.ask("DELETE", "/auth/provider/claude"))[1]["deleted"] == 2
        assert (await owner.ask("DELETE", "/auth/provider/claude"))[1]["deleted"] == 0
        assert {one.name for one in owner.auth_dir.iterdir()} == {"codex.json"}


@pytest.mark.parametrize("name", ["..%2Fconfig.yaml", "config.yaml", "%2e%2e", "k1"])
async def test_nothing_but_a_log_in_is_removed(owning, a, name):
    async with owning(a.config(), log_ins=LOG_INS) as owner:
        assert (await owner.ask("DELETE", f"/auth/{name}"))[0] == 404
        assert owner.file.exists()
        assert len(list(owner.auth_dir.iterdir())) == 3


@pytest.mark.parametrize(
    ("said", "until"),
    [
        ({"expired": "2025-01-01T00:00:00Z"}, 1_735_689_600.0),
        ({"expires_at": "2025-01-01T01:00:00+01:00"}, 1_735_689_600.0),
        ({"expiry": "2025-01-01T00:00:00"}, 1_735_689_600.0),
        ({"expire": 1_735_689_600}, 1_735_689_600.0),
        ({"expires": 1_735_689_600_000}, 1_735_689_600.0),
        ({"expired": "", "expires_at": 1_735_689_600}, 1_735_689_600.0),
        ({"expired": "soon"}, 0.0),
        ({"expired": True}, 0.0),
        ({"expired": [1]}, 0.0),
        ({}, 0.0),
    ],
)
def test_the_end_of_a_token_is_read_however_it_is_spelled(said, until):
    assert expiry_of(Credential("c", "claude", metadata=said)) == until
