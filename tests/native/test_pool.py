import orjson
import pytest

from native import config
from native.credentials.keys import credentials
from native.credentials.offer import register
from native.failure import Failure
from native.models import Models
from native.pool import Passage, Pool, cooling_down, spoken


@pytest.fixture
def a_pool(a):
    def make(tree, clock=None):
        clock = clock or a.StandingClock()
        settings = config.parse(tree)
        models = Models()
        pool = Pool(settings, models, clock)
        found = credentials(settings, clock.now())
        for credential in found:
            register(models, credential, settings, clock.now())
        pool.put(found)
        pool.served = {c.provider for c in found}
        return pool

    return make


def provider(name, keys, models=(("m", "m"),), **others):
    return {
        "name": name,
        "base-url": f"https://{name}.example.test",
        "api-key-entries": [{"api-key": key} for key in keys],
        "models": [{"name": n, "alias": alias} for n, alias in models],
        **others,
    }


def picks(pool, model, count):
    return [pool.pick(pool.models.providers(model), model, Passage()).api_key for _ in range(count)]


def test_credentials_of_one_provider_take_turns(a_pool):
    pool = a_pool({"openai-compatibility": [provider("lab", ["a", "b", "c"])]})
    found = picks(pool, "m", 6)
    assert sorted(found[:3]) == ["a", "b", "c"]
    assert found[:3] == found[3:]


def test_fill_first_stays_with_the_first(a_pool):
    tree = {"routing": {"strategy": "fill-first"}, "openai-compatibility": [provider("lab", ["a", "b"])]}
    assert len(set(picks(a_pool(tree), "m", 4))) == 1


def test_several_providers_have_turns_by_how_many_credentials_they_have(a_pool):
    pool = a_pool({"openai-compatibility": [provider("one", ["a"]), provider("two", ["b", "c"])]})
    found = picks(pool, "m", 6)
    assert sorted(found) == ["a", "a", "b", "b", "c", "c"]


def test_priority_beats_turns_over_all_providers(a_pool):
    pool = a_pool({"openai-compatibility": [provider("one", ["a"], priority=1), provider("two", ["b", "c"])]})
    assert picks(pool, "m", 3) == ["a", "a", "a"]


def test_a_prefixed_name_reaches_only_its_credential(a_pool):
    pool = a_pool({"openai-compatibility": [provider("one", ["a"], prefix="team"), provider("two", ["b"])]})
    assert picks(pool, "team/m", 2) == ["a", "a"]
    assert set(picks(pool, "m", 4)) == {"a", "b"}
    credential = next(c for c in pool.credentials.values() if c.api_key == "a")
    (name,) = pool.names(credential, "team/m(high)")
    assert (name.upstream, name.base, name.booked) == ("m(high)", "m", "m(high)")


def test_models_that_share_an_alias_take_turns(a_pool):
    pool = a_pool({"openai-compatibility": [provider("lab", ["k"], [("x", "m"), ("y", "m")])]})
    (credential,) = pool.credentials.values()
    turns = [pool.names(credential, "m") for _ in range(3)]
    assert [[name.upstream for name in names] for names in turns] == [["x", "y"], ["y", "x"], ["x", "y"]]
    assert [name.booked for name in turns[0]] == ["x", "y"]


def test_of_a_pool_a_model_that_rests_is_left_out(a_pool):
    pool = a_pool({"openai-compatibility": [provider("lab", ["k"], [("x", "m"), ("y", "m")])]})
    (credential,) = pool.credentials.values()
    pool.failed(credential, "x", Failure("no", 429))
    assert [name.upstream for name in pool.names(credential, "m")] == ["y"]


def test_when_all_cool_down_the_failure_says_until_when(a_pool):
    pool = a_pool({"openai-compatibility": [provider("lab", ["k"])]})
    (credential,) = pool.credentials.values()
    pool.failed(credential, "m", Failure("no", 429, retry_after=90))
    with pytest.raises(Failure) as raised:
        picks(pool, "m", 1)
    error = orjson.loads(raised.value.message)["error"]
    assert (raised.value.status, error["reset_seconds"], error["reset_time"]) == (429, 90, "1m30s")
    assert dict(raised.value.headers)["Retry-After"] == "90"


def test_when_some_rest_for_another_reason_nobody_says_when(a_pool):
    pool = a_pool({"openai-compatibility": [provider("lab", ["a", "b"])]})
    one, other = pool.credentials.values()
    pool.failed(one, "m", Failure("no", 429))
    pool.failed(other, "m", Failure("no", 401))
    with pytest.raises(Failure, match="auth_unavailable: no auth available"):
        picks(pool, "m", 1)


def test_a_model_that_ran_out_of_quota_leaves_no_list_but_one_that_is_refused_does(a_pool, a):
    pool = a_pool({"openai-compatibility": [provider("lab", ["k"])]})
    (credential,) = pool.credentials.values()
    now = a.StandingClock().now()
    pool.failed(credential, "m", Failure("no", 429))
    assert [m.id for m in pool.models.available(now)] == ["m"]
    pool.succeeded(credential, "m")
    pool.failed(credential, "m", Failure("no", 401))
    assert [m.id for m in pool.models.available(now)] == []


def test_a_pinned_request_asks_its_credential_alone(a_pool):
    pool = a_pool({"openai-compatibility": [provider("lab", ["a", "b"])]})
    wanted = next(c for c in pool.credentials.values() if c.api_key == "b")
    passage = Passage(pinned=wanted.id)
    assert pool.pick(["lab"], "m", passage) is wanted
    passage.tried.add(wanted.id)
    with pytest.raises(Failure, match="auth_not_found"):
        pool.pick(["lab"], "m", passage)


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0s"), (0.2, "1s"), (1.4, "1s"), (59.6, "1m0s"), (3600, "1h0m0s"), (43199.9, "12h0m0s")]
)
def test_spans_are_spoken_as_the_legacy_speaks(seconds, said):
    assert spoken(seconds) == said


def test_cooling_down_names_the_provider_where_there_is_one():
    assert "via provider lab" in cooling_down("m", "lab", 1).message
    assert "provider" not in orjson.loads(cooling_down("m", "", 1).message)["error"]
