from native.surface.management.log_ins import LogIn, log_ins_of


async def test_how_a_log_in_stands(owning):
    async with owning() as owner:
        held = log_ins_of(owner.service).by_state
        for status, said in (
            ("", {"status": "wait"}),
            ("denied", {"status": "error", "error": "denied"}),
            ("device_code|https://u|C", {"status": "device_code", "verification_url": "https://u", "user_code": "C"}),
            ("auth_url|https://u|x", {"status": "auth_url", "url": "https://u|x"}),
        ):
            held["s"] = LogIn("codex", status)
            assert await owner.ask("GET", "/get-auth-status?state=s") == (200, said)
        assert await owner.ask("GET", "/get-auth-status?state=other") == (200, {"status": "ok"})
        assert (await owner.ask("GET", "/get-auth-status?state=../x"))[0] == 400


async def test_a_code_is_taken_for_the_log_in_it_belongs_to(owning):
    async with owning() as owner:
        told = []
        owner.service.returned = lambda *said: told.append(said)
        log_ins_of(owner.service).by_state["s"] = LogIn("codex")
        body = {"provider": "openai", "redirect_url": "http://localhost/cb?code=c&state=s"}
        for wrong, status in (
            ({**body, "provider": "claude"}, 400),
            ({"provider": "codex", "state": "t", "code": "c"}, 404),
            ({"provider": "codex", "state": "s"}, 400),
            ({"provider": "codex", "state": "../s", "code": "c"}, 400),
            ({"provider": 7}, 400),
            ({}, 400),
        ):
            assert (await owner.ask("POST", "/oauth-callback", wrong))[0] == status
        assert await owner.ask("POST", "/oauth-callback", body) == (200, {"status": "ok"})
        assert told == [("codex", "s", "c", "")]
