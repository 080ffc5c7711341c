import orjson
import pytest

from native.log_ins.asking import challenge
from native.log_ins.sessions import Returned

TOKENS = {"access_token": "at", "refresh_token": "rt", "expires_in": 60, "account": {"email_address": "a@example.test"}}


async def test_a_code_becomes_a_file(logged_in):
    gone = await logged_in("anthropic", [TOKENS], returned=Returned("c0de#state"))
    asked = orjson.loads(gone.asked[0].body)
    assert (asked["code"], asked["state"]) == ("c0de", gone.said["state"])
    assert gone.query["code_challenge"] == challenge(asked["code_verifier"])
    assert gone.files["claude-a@example.test.json"].endswith(b"}\n")
    assert (gone.tree["access_token"], gone.tree["type"]) == ("at", "claude")


@pytest.mark.parametrize("answer", [(400, {"error": "invalid_grant"}), b"<html>", {"access_token": 7}, None])
async def test_a_provider_that_says_no_leaves_no_file(logged_in, answer):
    gone = await logged_in("anthropic", [answer])
    assert (gone.error, gone.files) == ("Failed to exchange authorization code for tokens", {})


async def test_who_refuses_is_told_so(logged_in):
    assert (await logged_in("anthropic", [], returned=Returned(error="access_denied"))).error == "Bad request"


async def test_who_never_comes_back_is_not_waited_for_for_ever(logged_in):
    assert (await logged_in("anthropic", [], returned=None)).error == "Timeout waiting for OAuth callback"
