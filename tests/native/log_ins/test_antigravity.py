import pytest

TOKEN = {"access_token": "at", "refresh_token": "rt", "expires_in": 3600}
USER = {"email": "a@example.test"}


async def test_an_account_and_its_project_are_kept(logged_in):
    gone = await logged_in("antigravity", [TOKEN, USER, {"cloudaicompanionProject": {"id": " p "}}])
    assert (gone.tree["project_id"], gone.tree["email"], gone.tree["disabled"]) == ("p", "a@example.test", False)
    assert gone.headers(2)["x-goog-api-client"].startswith("google-cloud-sdk")


async def test_a_project_is_made_where_there_is_none(logged_in):
    done = {"done": True, "response": {"cloudaicompanionProject": "made"}}
    gone = await logged_in("antigravity", [TOKEN, USER, {}, {"done": False}, done])
    assert gone.tree["project_id"] == "made"


@pytest.mark.parametrize("answers", [[None], [(500, {})], [{}, (500, {})], [{}, *[{"done": False}] * 5], [b"<html>"]])
async def test_a_log_in_stands_without_a_project(logged_in, answers):
    gone = await logged_in("antigravity", [TOKEN, USER, *answers])
    assert (gone.error, "project_id" in gone.tree) == ("", False)


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([(400, {})], "Failed to exchange token"),
        ([{"access_token": " "}], "Failed to exchange token"),
        ([TOKEN, {}], "Failed to fetch user info"),
        ([TOKEN, (401, {})], "Failed to fetch user info"),
    ],
)
async def test_what_goes_wrong_is_told(logged_in, answers, error):
    gone = await logged_in("antigravity", answers)
    assert (gone.error, gone.files) == (error, {})
