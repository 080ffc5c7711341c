async def test_anybody_may_read_the_document(serving, a):
    async with serving(a.config(), lambda _: a.chat()) as (client, _):
        async with client.get("/openapi.json") as response:
            said = await response.json()
        assert said["openapi"] == "3.1.0"
        assert "post" in said["paths"]["/v1/chat/completions"]
