ALIAS = {"name": "claude-sonnet-4-5-20250929", "alias": "cs45", "fork": True}


async def test_aliases_of_a_channel_are_set_emptied_and_marked(owning):
    async with owning() as owner:
        assert (await owner.ask("PUT", "/oauth-model-alias", {"Claude": [ALIAS, ALIAS]}))[0] == 200
        assert owner.tree["oauth-model-alias"]["claude"] == [ALIAS]
        assert (await owner.ask("GET", "/oauth-model-alias"))[1]["oauth-model-alias"]["claude"] == [ALIAS]
        assert (await owner.ask("DELETE", "/oauth-model-alias?channel=claude"))[0] == 200
        assert owner.tree["oauth-model-alias"]["claude"] == []
        assert (await owner.ask("PATCH", "/oauth-model-alias", {"provider": "kiro", "aliases": []}))[0] == 200
        assert "kiro" not in owner.tree["oauth-model-alias"]


async def test_what_names_no_channel_is_refused(owning):
    async with owning() as owner:
        assert await owner.ask("DELETE", "/oauth-model-alias") == (400, {"error": "missing channel"})
        assert await owner.ask("DELETE", "/oauth-model-alias?channel=z") == (404, {"error": "channel not found"})
        assert await owner.ask("PATCH", "/oauth-model-alias", {}) == (400, {"error": "invalid channel"})
        assert await owner.ask("PUT", "/oauth-model-alias", {"claude": 7}) == (200, {"status": "ok"})
        for body in ([], 7, b"x"):
            assert (await owner.ask("PUT", "/oauth-model-alias", body))[0] == 400


async def test_models_of_a_provider_are_left_out_and_come_back(owning):
    async with owning() as owner:
        body = {"provider": "Claude", "models": ["A*", "a*", " "]}
        assert (await owner.ask("PATCH", "/oauth-excluded-models", body))[0] == 200
        assert owner.tree["oauth-excluded-models"] == {"claude": ["a*"]}
        assert (await owner.ask("DELETE", "/oauth-excluded-models?provider=claude"))[0] == 200
        assert "oauth-excluded-models" not in owner.tree
        assert (await owner.ask("GET", "/oauth-excluded-models"))[1] == {"oauth-excluded-models": None}
        gone = await owner.ask("PATCH", "/oauth-excluded-models", {"provider": "claude", "models": []})
        assert gone == (404, {"error": "provider not found"})
        assert (await owner.ask("PATCH", "/oauth-excluded-models", {"provider": " "}))[0] == 400
