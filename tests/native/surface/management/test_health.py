async def test_a_server_says_how_it_is(owning, a):
    async with owning(a.config(["k1", "k2"])) as owner:
        owner.clock.time += 90
        status, said = await owner.ask("GET", "/health")
        assert (status, said["status"], said["uptime"]) == (200, "ok", 90)
        assert said["credentials"] == {"total": 2, "usable": 2, "resting": 0}
        assert said["providers"] == ["lab"]
        assert await owner.ask("GET", "/live") == (200, {"live": True})
        assert (await owner.ask("GET", "/ready"))[0] == 200


async def test_nobody_able_to_serve_is_degraded(owning):
    async with owning() as owner:
        assert (await owner.ask("GET", "/health"))[1]["status"] == "degraded"
        assert (await owner.ask("GET", "/ready"))[1]["checks"] == {"accepting": True, "credentials": False}


async def test_a_log_in_of_nobody_is_nobody_able_to_serve(owning):
    async with owning(log_ins={"x.json": {"a": 1}}) as owner:
        _, said = await owner.ask("GET", "/health")
        assert (said["status"], said["credentials"]["total"], said["providers"]) == ("degraded", 0, [])


async def test_a_server_that_leaves_lives_and_is_not_ready(owning):
    async with owning() as owner:
        await owner.service.leave()
        assert (await owner.ask("GET", "/ready"))[0] == 503
        assert (await owner.ask("GET", "/live"))[0] == 200
        assert (await owner.ask("GET", "/health"))[1]["status"] == "leaving"


async def test_how_it_is_is_the_owners_business(owning):
    async with owning() as owner:
        for path in ("/health", "/ready", "/live"):
            assert (await owner.ask("GET", path, key=""))[0] == 401
