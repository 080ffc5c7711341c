import pytest

DEVICE = {"device_code": "d", "verification_uri": "https://login.example.test", "interval": 1, "expires_in": 60}
TOKEN = {"access_token": "at", "refresh_token": "rt", "token_type": "Bearer", "scope": "s", "expires_in": 3600.5}
PENDING = (400, {"error": "authorization_pending"})


async def test_a_code_is_asked_about_until_it_is_typed(logged_in):
    gone = await logged_in("kimi", [DEVICE, PENDING, (400, {"error": "slow_down"}), TOKEN])
    assert gone.said["url"] == DEVICE["verification_uri"]
    own = gone.headers(0)["x-msh-device-id"]
    assert all(gone.headers(at)["x-msh-device-id"] == own for at in range(4))
    assert (gone.tree["device_id"], gone.tree["expired"]) == (own, "2025-10-09T09:53:35Z")
    assert gone.files[f"kimi-{gone.tree['timestamp']}.json"].startswith(b"{\n  ")


@pytest.mark.parametrize("answers", [[(400, {"error": "access_denied"})], [{}], [None], [PENDING] * 12])
async def test_what_goes_wrong_is_told(logged_in, answers):
    gone = await logged_in("kimi", [DEVICE, *answers])
    assert (gone.error, gone.files) == ("Authentication failed", {})
