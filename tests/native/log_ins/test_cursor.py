import pytest


async def test_the_account_names_the_file(logged_in, jwt):
    token = jwt(sub="user-7", exp=4070908800)
    gone = await logged_in("cursor", [(404, {}), None, {"accessToken": token, "refreshToken": "rt"}])
    assert gone.query["mode"] == "login"
    (name,) = gone.files
    assert name.startswith("cursor.")
    assert (gone.tree["sub"], gone.tree["expires_at"]) == ("user-7", "2098-12-31T23:55:00Z")


async def test_a_label_names_it_before_that(logged_in):
    gone = await logged_in("cursor", [{"accessToken": "x"}], query={"label": " mine "})
    assert list(gone.files) == ["cursor.mine.json"]
    assert gone.tree["expires_at"] == "2025-10-09T09:53:21Z"


async def test_a_label_never_leads_out_of_the_folder(logged_in):
    gone = await logged_in("cursor", [{"accessToken": "x"}], query={"label": "/../x"})
    assert (gone.error, gone.files) == ("Failed to save tokens", {})


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([(500, b"no")], "cursor: poll failed with status 500: no"),
        ([None] * 10, "cursor: too many consecutive poll errors (last: EOF)"),
        ([(404, {})] * 150, "cursor: authentication polling timeout (waited ~750 seconds)"),
        ([b"<html>"], "cursor: failed to parse auth response"),
    ],
)
async def test_what_goes_wrong_is_told(logged_in, answers, why):
    gone = await logged_in("cursor", answers)
    assert gone.error.startswith(f"Authentication failed: {why}")
    assert gone.files == {}
