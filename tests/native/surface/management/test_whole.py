from native.surface.management import keys, values


async def test_the_whole_leaves_out_the_key_and_the_addresses(owning):
    async with owning({"host": "127.0.0.1", "port": 1, "debug": True}) as owner:
        _, said = await owner.ask("GET", "/config")
        assert said["debug"] is True
        assert not {"host", "port", "auth-dir", "remote-management"} & said.keys()


async def test_the_file_is_given_as_it_is_and_replaced_as_a_whole(owning):
    async with owning({"debug": False}) as owner:
        text = owner.file.read_bytes()
        assert await owner.ask("GET", "/config.yaml") == (200, text)
        new = b"# new\n" + text.replace(b"false", b"true", 1)
        assert (await owner.ask("PUT", "/config.yaml", new))[1] == {"ok": True, "changed": ["config"]}
        assert owner.file.read_bytes() == new
        assert owner.service.config.debug is True


async def test_what_is_no_configuration_takes_no_place(owning):
    async with owning({"debug": True}) as owner:
        before = owner.file.read_bytes()
        for text in (b"debug: [", b"- a", b"port: x", b"\xff", b""):
            status, said = await owner.ask("PUT", "/config.yaml", text)
            assert (status, said["error"]) == (400, "invalid_yaml")
        assert owner.file.read_bytes() == before
        assert owner.service.config.debug is True


async def test_switches_of_older_yaml_and_fractions_are_taken(owning):
    async with owning({"debug": False}) as owner:
        text = owner.file.read_bytes().replace(b"debug: false", b"debug: Yes\nrequest-retry: 2.7")
        assert (await owner.ask("PUT", "/config.yaml", text))[0] == 200
        assert (await owner.ask("GET", "/debug"))[1] == {"debug": True}
        assert (await owner.ask("GET", "/request-retry"))[1] == {"request-retry": 2}
        assert (await owner.ask("PUT", "/debug", {"value": "yes"}))[0] == 400


async def test_where_the_key_is_taken_out_there_is_nothing_more(owning):
    async with owning() as owner:
        assert (await owner.ask("PUT", "/config.yaml", b"debug: true\n"))[0] == 200
        async with owner.client.get("/v0/management/debug", headers={"X-Management-Key": "owner"}) as response:
            assert (response.status, await response.read()) == (404, b"")
            assert "Content-Type" not in response.headers


async def test_no_endpoint_opens_without_the_key(owning):
    async with owning() as owner:
        routes = [*keys.ROUTES, *values.ROUTES]
        for route in routes:
            path = route.path.removeprefix("/v0/management")
            assert (await owner.ask(route.method, path, key=""))[0] == 401
