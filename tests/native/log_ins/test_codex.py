import pytest

from native.log_ins.codex import file_name

AUTH = "https://api.openai.com/auth"


async def test_the_account_and_its_plan_are_read_off_the_token(logged_in, jwt):
    token = jwt(email="a@example.test", **{AUTH: {"chatgpt_account_id": "acct", "chatgpt_plan_type": "Plus"}})
    gone = await logged_in("codex", [{"access_token": "at", "id_token": token, "expires_in": 60}])
    assert list(gone.files) == ["codex-a@example.test-plus.json"]
    assert (gone.tree["account_id"], gone.tree["email"]) == ("acct", "a@example.test")
    assert gone.form()["redirect_uri"] == gone.query["redirect_uri"] == "http://localhost:1455/auth/callback"


async def test_a_refusal_leaves_no_file(logged_in):
    gone = await logged_in("codex", [(400, {"error": "invalid_grant"})])
    assert (gone.error, gone.files) == ("Failed to exchange authorization code for tokens", {})


@pytest.mark.parametrize(
    ("plan", "name"),
    [
        ("", "codex-a@x.json"),
        (" -- ", "codex-a@x.json"),
        ("Pro_Lite", "codex-a@x-pro-lite.json"),
        ("team", "codex-def0b17f-a@x-team.json"),
    ],
)
def test_a_plan_is_part_of_the_name(plan, name):
    assert file_name("a@x", plan, "acct") == name
