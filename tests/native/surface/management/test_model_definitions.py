async def test_a_channels_models_are_told_with_all_that_is_known(owning):
    async with owning() as owner:
        status, said = await owner.ask("GET", "/model-definitions/CODEX")
        assert (status, said["channel"]) == (200, "codex")
        first = said["models"][0]
        assert first["object"] == "model"
        assert first["thinking"]["levels"]
        _, gemini = await owner.ask("GET", "/model-definitions/gemini")
        assert all("inputTokenLimit" in model for model in gemini["models"])


async def test_an_unknown_channel_is_told(owning):
    async with owning() as owner:
        expected = {"error": "unknown channel", "channel": "nope"}
        assert await owner.ask("GET", "/model-definitions/nope") == (400, expected)
