import pytest

from native.log_ins.journey import NotBegunError

DEVICE = {"device_code": "d", "verification_uri_complete": "https://login.example.test/?c"}
TOKEN = {"access_token": "at", "refresh_token": "rt", "resource_url": "portal.example.test", "expires_in": 60}
PENDING, SLOWER = (400, {"error": "authorization_pending"}), (400, {"error": "slow_down"})


async def test_a_code_is_asked_about_until_it_is_typed(logged_in):
    gone = await logged_in("qwen", [DEVICE, PENDING, SLOWER, None, TOKEN])
    assert gone.said["url"] == DEVICE["verification_uri_complete"]
    assert gone.form(1)["device_code"] == "d"
    assert gone.tree["resource_url"] == "portal.example.test"
    assert list(gone.files) == [f"qwen-{gone.tree['email']}.json"]


@pytest.mark.parametrize("answers", [[(400, {"error": "access_denied"})], [(503, {})], [b"<html>"], [PENDING] * 60])
async def test_what_goes_wrong_is_told(logged_in, answers):
    gone = await logged_in("qwen", [DEVICE, *answers])
    assert (gone.error, gone.files) == ("Authentication failed", {})


@pytest.mark.parametrize("answer", [(503, {}), {}, None, b"<html>"])
async def test_without_a_device_code_it_does_not_begin(logged_in, answer):
    with pytest.raises(NotBegunError, match="failed to generate authorization url"):
        await logged_in("qwen", [answer])
