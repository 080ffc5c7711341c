import pytest

from native.log_ins.kiro import email_in

CLIENT = {"clientId": "c", "clientSecret": "s"}
DEVICE = {"deviceCode": "d", "userCode": "U", "verificationUriComplete": "https://aws.example.test", "expiresIn": 60}


async def test_a_builder_id_logs_in_by_a_code(logged_in, jwt):
    token = {"accessToken": jwt(email="../a b@example.test"), "refreshToken": "rt", "expiresIn": 60}
    pending = (400, {"error": "authorization_pending"})
    gone = await logged_in("kiro", [CLIENT, DEVICE, pending, (400, {"error": "slow_down"}), token])
    assert gone.said["method"] == "device_code"
    assert list(gone.files) == ["kiro-aws-_._a_b@example.test.json"]
    assert (gone.tree["auth_method"], gone.tree["client_id"]) == ("builder-id", "c")


async def test_google_and_github_log_in_by_a_browser(logged_in):
    token = {"accessToken": "x", "refreshToken": "rt", "profileArn": "arn", "expiresIn": 0}
    gone = await logged_in("kiro", [token], query={"method": "GitHub"})
    assert gone.said["method"] == "social"
    assert (gone.tree["provider"], gone.tree["profile_arn"]) == ("Github", "arn")
    assert gone.tree["expires_at"] == "2025-10-09T09:53:20Z"
    assert len(gone.headers()["user-agent"].rpartition("-")[2]) == 64


@pytest.mark.parametrize(
    ("answers", "query", "error"),
    [
        ([(503, {})], {}, "Failed to register client"),
        ([CLIENT, (503, {})], {}, "Failed to start device authorization"),
        ([CLIENT, DEVICE, (400, {"error": "x"})], {}, "Token creation failed"),
        ([CLIENT, {**DEVICE, "expiresIn": 0}], {}, "Authorization timed out"),
        ([(400, {})], {"method": "google"}, "Failed to exchange code for tokens"),
    ],
)
async def test_what_goes_wrong_is_told(logged_in, answers, query, error):
    gone = await logged_in("kiro", answers, query=query)
    assert (gone.error, gone.files) == (error, {})


def test_whose_token_it_is(jwt):
    assert email_in(jwt(email="a@x")) == "a@x"
    assert email_in(jwt(preferred_username="b@x")) == email_in(jwt(sub="b@x")) == "b@x"
    assert email_in(jwt(preferred_username="b", sub="c")) == email_in("nope") == ""
