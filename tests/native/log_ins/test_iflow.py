import orjson
import pytest

from native.log_ins.iflow import by_cookie, token_in
from native.log_ins.journey import NotBegunError

TOKEN = {"access_token": "at", "refresh_token": "rt", "expires_in": 3600, "token_type": "Bearer", "scope": "s"}
USER = {"success": True, "data": {"apiKey": "key", "email": "", "phone": "123"}}


async def test_a_code_becomes_a_key_and_a_file(logged_in):
    gone = await logged_in("iflow", [TOKEN, USER])
    assert list(gone.files) == ["iflow-123.json"]
    assert (gone.tree["api_key"], gone.tree["cookie"], gone.tree["scope"]) == ("key", "", "s")
    assert gone.headers(0)["authorization"].startswith("Basic ")
    assert gone.asked[1].url.endswith("?accessToken=at")


@pytest.mark.parametrize(
    "answers",
    [
        [(401, {})],
        [{"access_token": ""}],
        [TOKEN, {"success": False}],
        [TOKEN, {"success": True, "data": {}}],
        [TOKEN, None],
    ],
)
async def test_what_goes_wrong_is_told(logged_in, answers):
    gone = await logged_in("iflow", answers)
    assert (gone.error, gone.files) == ("Authentication failed", {})


def test_the_part_of_a_cookie_that_matters():
    assert token_in("a=b; BXAuth=x; c=d") == "x"
    assert token_in("a=b") == ""


KEY = {"success": True, "data": {"name": "k*1/é", "apiKey": "key", "expireTime": "2099-01-01 00:00"}}


async def test_a_cookie_becomes_a_key_once(office):
    log_ins, _, folder = office([KEY, KEY])
    said = await by_cookie(log_ins.journey({}), " BXAuth=abc;  other=1 ")
    assert (said["email"], said["type"]) == ("k*1/é", "iflow")
    (file,) = folder.glob("*.json")
    assert file.name.startswith("iflow-kx1-")
    assert orjson.loads(file.read_bytes())["cookie"] == "BXAuth=abc;"
    with pytest.raises(NotBegunError) as refused:
        await by_cookie(log_ins.journey({}), "BXAuth=abc")
    assert (refused.value.status, refused.value.body["existing_file"]) == (409, file.name)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((503, {}), "GET request failed with status 503: {}"),
        ({"success": False, "message": "no"}, "GET request not successful: no"),
        ({"success": True, "data": {}}, "name is empty"),
        ([], "decode GET response failed"),
        (None, "GET request failed: EOF"),
    ],
)
async def test_a_cookie_that_opens_nothing_is_refused(office, answer, why):
    with pytest.raises(NotBegunError, match=why):
        await by_cookie(office([answer])[0].journey({}), "BXAuth=abc")
