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


async def test_no_endpoint_opens_without_the_key(owning):
    async with owning() as owner:
        routes = [*keys.ROUTES, *values.ROUTES]
        for route in routes:
            path = route.path.removeprefix("/v0/management")
            assert (await owner.ask(route.method, path, key=""))[0] == 401
