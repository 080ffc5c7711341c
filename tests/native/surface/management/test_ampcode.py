async def test_mappings_are_replaced_by_what_they_map(owning):
    async with owning() as owner:
        first, second = {"from": "a", "to": "b"}, {"from": "c", "to": "d", "regex": True}
        path = "/ampcode/model-mappings"
        assert (await owner.ask("GET", path))[1] == {"model-mappings": None}
        await owner.ask("PUT", path, {"value": [first]})
        await owner.ask("PATCH", path, {"value": [{**first, "to": "x"}, second]})
        assert (await owner.ask("GET", path))[1] == {"model-mappings": [{"from": "a", "to": "x"}, second]}
        await owner.ask("DELETE", path, {"value": ["a"]})
        assert owner.tree["ampcode"]["model-mappings"] == [second]
        await owner.ask("DELETE", path)
        assert (await owner.ask("GET", path))[1] == {"model-mappings": None}
        assert (await owner.ask("PUT", path, {"value": 7}))[0] == 400


async def test_keys_are_told_apart_by_amps_key(owning):
    async with owning() as owner:
        path = "/ampcode/upstream-api-keys"
        await owner.ask("PUT", path, {"value": [{"upstream-api-key": " u ", "api-keys": [" a ", ""]}]})
        await owner.ask("PATCH", path, {"value": [{"upstream-api-key": "w", "api-keys": ["b"]}]})
        found = (await owner.ask("GET", "/ampcode"))[1]["ampcode"]["upstream-api-keys"]
        assert [(e["upstream-api-key"], e["api-keys"]) for e in found] == [("u", ["a"]), ("w", ["b"])]
        for body, status in ((b"x", 400), ({}, 400), ({"value": [" "]}, 400), ({"value": ["u"]}, 200)):
            assert (await owner.ask("DELETE", path, body))[0] == status
        assert [e["upstream-api-key"] for e in owner.tree["ampcode"]["upstream-api-keys"]] == ["w"]
