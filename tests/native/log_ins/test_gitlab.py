import orjson
import pytest

from native.log_ins.gitlab import base, by_token, file_part
from native.log_ins.journey import NotBegunError
from native.log_ins.sessions import Returned

TOKEN = {"access_token": "at", "refresh_token": "rt", "created_at": 1_760_000_000, "expires_in": 7200}
USER = {"username": "Lab User", "email": "", "public_email": "a@example.test", "name": "Lab"}
DIRECT = {
    "base_url": "https://duo.example.test",
    "token": "duo",
    "expires_at": 1_760_000_300,
    "headers": {"X-A": " 1 ", "": "x", "X-B": 7},
    "model_details": {"model_provider": "anthropic", "model_name": "m"},
}
APPLICATION = {"client_id": "app", "client_secret": "s", "base_url": "git.example.test/"}


async def test_a_code_becomes_a_file_with_the_way_to_duo(logged_in):
    gone = await logged_in("gitlab", [TOKEN, USER, DIRECT], query=APPLICATION)
    assert gone.said["url"].startswith("https://git.example.test/oauth/authorize?client_id=app")
    assert list(gone.files) == ["gitlab-lab-user.json"]
    kept = gone.tree
    assert (kept["duo_gateway_token"], kept["duo_gateway_headers"]) == ("duo", {"X-A": "1"})
    assert (kept["model_provider"], kept["refresh_interval_seconds"]) == ("anthropic", 150)
    assert (kept["oauth_expires_at"], kept["email"]) == ("2025-10-09T10:53:20Z", "a@example.test")


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([(401, {})], "Failed to exchange authorization code for tokens"),
        ([TOKEN, (500, {})], "Failed to fetch account profile"),
        ([TOKEN, USER, None], "Failed to fetch GitLab Duo access"),
    ],
)
async def test_what_goes_wrong_is_told(logged_in, answers, error):
    gone = await logged_in("gitlab", answers, query=APPLICATION)
    assert (gone.error, gone.files) == (error, {})


async def test_an_error_of_the_browser_is_the_state_s(logged_in):
    assert (await logged_in("gitlab", [], query=APPLICATION, returned=Returned(error="denied"))).error == "denied"


async def test_without_an_application_nobody_logs_in(logged_in, monkeypatch):
    with pytest.raises(NotBegunError, match="client_id is required"):
        await logged_in("gitlab", [])
    monkeypatch.setenv("GITLAB_OAUTH_CLIENT_ID", "mine")
    monkeypatch.setenv("GITLAB_BASE_URL", "https://own.example.test")
    gone = await logged_in("gitlab", [TOKEN, USER, {}])
    assert gone.said["url"].startswith("https://own.example.test/oauth/authorize?client_id=mine")


async def test_a_personal_token_logs_in_at_once(office):
    log_ins, _, folder = office([USER, {"name": "pat", "scopes": ["api"]}, DIRECT, (401, {})])
    said = await by_token(log_ins.journey({}), "x.test", "glpat-123456")
    assert (said["token_label"], said["model_name"]) == ("Lab User", "m")
    kept = orjson.loads((folder / "gitlab-lab-user-pat.json").read_bytes())
    assert (kept["token_preview"], kept["pat_scopes"]) == ("glpa...3456", ["api"])
    with pytest.raises(NotBegunError, match=r"gitlab user request failed with status 401: \{\}"):
        await by_token(log_ins.journey({}), "", "t")


def test_addresses_and_names():
    assert (base(""), base(" git.test// ")) == ("https://gitlab.com", "https://git.test")
    assert (file_part("Ä b/../c"), file_part("-")) == ("b-..-c", "user")
