import orjson
import pytest

DEVICE = {"code": "C", "verificationUrl": "https://login.example.test"}
APPROVED = {"status": "approved", "token": "tok", "userEmail": "a@example.test"}


async def test_the_account_s_organization_and_model_come_with_it(logged_in):
    profile = {"organizations": [{"id": "o1"}]}
    gone = await logged_in("kilo", [DEVICE, {"status": "pending"}, APPROVED, profile, {"model": "kilo/auto"}])
    assert (gone.said["user_code"], gone.said["verification_uri"]) == ("C", DEVICE["verificationUrl"])
    assert gone.asked[-1].url.endswith("/organizations/o1/defaults")
    assert list(orjson.loads(gone.files["kilo-a@example.test.json"]).items())[:3] == [
        ("kilocodeToken", "tok"),
        ("kilocodeOrganizationId", "o1"),
        ("kilocodeModel", "kilo/auto"),
    ]


async def test_without_them_it_is_a_log_in_all_the_same(logged_in):
    gone = await logged_in("kilo", [DEVICE, APPROVED, (500, {}), None])
    assert (gone.tree["kilocodeOrganizationId"], gone.tree["kilocodeModel"]) == ("", "")


@pytest.mark.parametrize("answer", [{"status": "denied"}, {"status": "new"}, b"<html>", None])
async def test_what_goes_wrong_is_told(logged_in, answer):
    gone = await logged_in("kilo", [DEVICE, answer])
    assert (gone.error, gone.files) == ("Authentication failed", {})
