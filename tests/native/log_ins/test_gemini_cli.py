import pytest

TOKEN = {"access_token": "at", "refresh_token": "rt", "token_type": "Bearer", "expires_in": 3600}
USER = {"email": "a@example.test"}
LIST = {"projects": [{"projectId": "p1"}, {"projectId": "p2"}, {"projectId": "p1"}]}
LOADED = {"cloudaicompanionProject": "own", "allowedTiers": [{"id": "free-tier", "isDefault": True}]}
DONE = {"done": True, "response": {}}
ONBOARDING = "Failed to complete Gemini CLI onboarding: "
ENABLED = {"state": "ENABLED"}


async def test_the_account_s_first_project_is_taken(logged_in):
    gone = await logged_in("gemini-cli", [TOKEN, USER, LIST, LOADED, {"done": False}, DONE, ENABLED])
    assert list(gone.files) == ["gemini-a@example.test-p1.json"]
    assert (gone.tree["project_id"], gone.tree["auto"], gone.tree["checked"]) == ("p1", True, True)
    assert gone.tree["token"]["token_uri"] == "https://oauth2.googleapis.com/token"


async def test_a_project_may_be_named(logged_in):
    gone = await logged_in("gemini-cli", [TOKEN, USER, LOADED, DONE, ENABLED], query={"project_id": "mine"})
    assert (gone.tree["project_id"], gone.tree["auto"]) == ("mine", False)


async def test_all_projects_share_a_file(logged_in):
    each = [LOADED, DONE]
    gone = await logged_in(
        "gemini-cli", [TOKEN, USER, LIST, *each, *each, ENABLED, ENABLED], query={"project_id": "all"}
    )
    assert list(gone.files) == ["gemini-a@example.test-all.json"]
    assert gone.tree["project_id"] == "p1,p2"


async def test_google_one_brings_its_own(logged_in):
    gone = await logged_in("gemini-cli", [TOKEN, USER, LOADED, DONE, ENABLED], query={"project_id": "google_one"})
    assert gone.tree["project_id"] == "own"


@pytest.mark.parametrize(
    ("answers", "query", "error"),
    [
        ([(400, {})], {}, "Failed to exchange token"),
        ([{"access_token": ""}], {}, "Failed to exchange token"),
        ([TOKEN, (403, {})], {}, "Get user info request failed with status 403"),
        ([TOKEN, None], {}, "Failed to execute request"),
        (
            [TOKEN, USER, (403, b"no")],
            {},
            f"{ONBOARDING}fetch project list: project list request failed with status 403: no",
        ),
        (
            [TOKEN, USER, {}],
            {"project_id": "ALL"},
            f"{ONBOARDING}no Google Cloud projects available for this account",
        ),
        (
            [TOKEN, USER, LOADED, DONE, {}, (403, {"error": {"message": "switch it on"}})],
            {"project_id": "p"},
            "Failed to verify Cloud AI API status: project activation required: switch it on",
        ),
    ],
)
async def test_what_goes_wrong_is_told(logged_in, answers, query, error):
    gone = await logged_in("gemini-cli", answers, query=query)
    assert (gone.error, gone.files) == (error, {})
