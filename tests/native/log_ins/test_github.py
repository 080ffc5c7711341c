DEVICE = {"device_code": "d", "user_code": "U", "verification_uri": "https://github.example.test", "interval": 9}
TOKEN = {"access_token": "at", "token_type": "bearer", "scope": "read:user"}


async def test_a_token_and_whose_it_is(logged_in):
    gone = await logged_in("github", [DEVICE, {"error": "slow_down"}, TOKEN, {"login": "lab", "name": "Lab"}])
    assert (gone.said["user_code"], gone.said["url"]) == ("U", DEVICE["verification_uri"])
    assert list(gone.files) == ["github-copilot-lab.json"]
    assert (gone.tree["name"], "email" in gone.tree) == ("Lab", False)


async def test_whoever_does_not_say_is_nobody_in_particular(logged_in):
    assert list((await logged_in("github", [DEVICE, TOKEN, (403, {})])).files) == ["github-copilot-github-user.json"]


async def test_a_refusal_leaves_no_file(logged_in):
    gone = await logged_in("github", [DEVICE, {"error": "access_denied"}])
    assert (gone.error, gone.files) == ("Authentication failed", {})
