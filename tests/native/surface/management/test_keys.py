import pytest

LISTS = {
    "gemini-api-key": {"api-key": "g"},
    "claude-api-key": {"api-key": "c", "base-url": "https://c.example.test"},
    "codex-api-key": {"api-key": "x", "base-url": "https://x.example.test"},
    "vertex-api-key": {"api-key": "v", "base-url": "https://v.example.test"},
    "openai-compatibility": {"name": "lab", "base-url": "https://l.example.test"},
}
MODELS = [{"name": " m ", "alias": " n "}, {"name": " ", "alias": ""}]


async def shown(owner, name):
    return (await owner.ask("GET", f"/{name}"))[1][name]


@pytest.mark.parametrize(("name", "entry"), LISTS.items())
async def test_a_list_is_put_as_itself_or_as_items(owning, name, entry):
    async with owning() as owner:
        assert await shown(owner, name) is None
        for body in ([entry], {"items": [entry]}):
            assert (await owner.ask("PUT", f"/{name}", body))[0] == 200
            for found in (owner.tree[name], await shown(owner, name)):
                assert {key: found[0].get(key) for key in entry} == entry


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("body", [b"[", {"items": 7}, {"items": []}, {}, [7], [{"prefix": 7}], [{"models": {}}], 7])
async def test_a_list_of_the_wrong_kind_changes_nothing(owning, name, body):
    async with owning() as owner:
        before = owner.file.read_bytes()
        assert await owner.ask("PUT", f"/{name}", body) == (400, {"error": "invalid body"})
        assert owner.file.read_bytes() == before


async def test_an_entry_is_patched_by_index_or_name(owning):
    async with owning({"claude-api-key": [{"api-key": "a"}, {"api-key": "b", "priority": 3}]}) as owner:
        change = {"models": MODELS, "headers": {" X ": " y ", "Z": ""}, "excluded-models": ["A", "a"], "prefix": "/p/"}
        assert (await owner.ask("PATCH", "/claude-api-key", {"match": "b", "value": change}))[0] == 200
        assert (await owner.ask("PATCH", "/claude-api-key", {"index": 0, "value": {"base-url": " u "}}))[0] == 200
        first, second = await shown(owner, "claude-api-key")
        assert first["base-url"] == "u"
        assert second["models"] == [{"name": "m", "alias": "n"}]
        assert second["headers"] == {"X": "y"}
        assert second["excluded-models"] == ["a"]
        assert (second["prefix"], second["priority"]) == ("p", 3)
        assert await owner.ask("PATCH", "/claude-api-key", {"match": "z", "value": {}}) == (
            404,
            {"error": "item not found"},
        )
        assert (await owner.ask("PATCH", "/claude-api-key", {"index": 0}))[0] == 400


async def test_an_entry_that_lost_what_it_needs_is_removed(owning):
    async with owning({name: [entry] for name, entry in LISTS.items()}) as owner:
        for name, field in (
            ("gemini-api-key", "api-key"),
            ("codex-api-key", "base-url"),
            ("vertex-api-key", "base-url"),
            ("openai-compatibility", "base-url"),
        ):
            assert (await owner.ask("PATCH", f"/{name}", {"index": 0, "value": {field: " "}}))[0] == 200
            assert not owner.tree[name]


async def test_an_entry_is_deleted_by_name_or_index(owning):
    async with owning({"gemini-api-key": [{"api-key": "a"}, {"api-key": "b"}]}) as owner:
        assert await owner.ask("DELETE", "/gemini-api-key?api-key=z") == (404, {"error": "item not found"})
        assert (await owner.ask("DELETE", "/gemini-api-key?api-key=a"))[0] == 200
        assert (await owner.ask("DELETE", "/gemini-api-key?index=0"))[0] == 200
        assert await shown(owner, "gemini-api-key") == []
        assert await owner.ask("DELETE", "/gemini-api-key") == (400, {"error": "missing api-key or index"})
        assert (await owner.ask("DELETE", "/openai-compatibility"))[1] == {"error": "missing name or index"}


async def test_a_key_that_is_put_serves_at_once(owning):
    async with owning() as owner:
        await owner.ask("PUT", "/openai-compatibility", [{**LISTS["openai-compatibility"], "models": [{"name": "m"}]}])
        async with owner.client.post("/v1/chat/completions", json={"model": "m", "messages": []}) as response:
            assert response.status == 200


async def test_a_vertex_key_needs_a_key(owning):
    async with owning() as owner:
        status, said = await owner.ask("PUT", "/vertex-api-key", [LISTS["vertex-api-key"], {"api-key": " "}])
        assert (status, said) == (400, {"error": "vertex-api-key[1].api-key is required"})


async def test_client_keys_are_replaced_added_and_removed(owning):
    async with owning({"api-keys": ["a"]}) as owner:
        for body in ({"index": 0, "value": "b"}, {"old": "b", "new": "c"}, {"old": "z", "new": "d"}):
            assert (await owner.ask("PATCH", "/api-keys", body))[0] == 200
        assert await shown(owner, "api-keys") == ["c", "d"]
        assert await owner.ask("PATCH", "/api-keys", {"index": 9, "value": "x"}) == (400, {"error": "missing fields"})
        assert (await owner.ask("DELETE", "/api-keys?value=c"))[0] == 200
        async with owner.client.get("/v1/models", headers={"Authorization": "Bearer c"}) as response:
            assert response.status == 401
        assert await owner.ask("DELETE", "/api-keys") == (400, {"error": "missing index or value"})
