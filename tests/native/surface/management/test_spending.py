from native.failure import Failure
from native.usage import Spent, Tokens

AT = 1_760_000_000.0


def spent(provider="lab", model="m", *, failed=False):
    return Spent("k", provider, model, "i", "s", AT, failed, Tokens(3, 2))


async def test_a_providers_usage_is_summed_by_model_key_and_day(owning):
    async with owning() as owner:
        for one in (spent(), spent(model="n", failed=True), spent("other")):
            owner.service.kit.usage.take(one)
        said = (await owner.ask("GET", "/usage/lab"))[1]
        assert (said["provider"], said["requests"], said["failed"], said["tokens"]) == ("lab", 2, 1, 10)
        assert {model: one["requests"] for model, one in said["models"].items()} == {"m": 1, "n": 1}
        assert [one["input"] for one in said["days"].values()] == [6]
        assert said["apis"]["k"]["output"] == 4
        assert (await owner.ask("GET", "/usage/nobody"))[1]["requests"] == 0


async def test_whose_quota_is_out_is_told_with_when_it_is_back(owning, a):
    async with owning(a.config(["k1", "k2"])) as owner:
        first, second = owner.service.pool.credentials.values()
        owner.service.pool.failed(first, "m", Failure("full", 429, retry_after=60))
        found = {one["id"]: one for one in (await owner.ask("GET", "/usage/quotas/all"))[1]["quotas"]}
        assert found[first.id]["exceeded"]
        assert list(found[first.id]["models"]) == ["m"]
        assert found[first.id]["quotaResetAt"] > "2025"
        assert not found[second.id]["exceeded"]
        assert found[second.id]["quotaResetAt"] is None
        assert "k1" not in str(found[first.id].pop("auth_index")) + found[first.id]["email"]


async def test_what_was_counted_is_forgotten(owning):
    async with owning() as owner:
        owner.service.kit.usage.take(spent())
        assert (await owner.ask("POST", "/usage/reset"))[1]["success"] is True
        assert (await owner.ask("GET", "/usage"))[1]["usage"]["total_requests"] == 0
