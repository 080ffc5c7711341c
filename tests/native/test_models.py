import pytest

from native.models import QUOTA_WINDOW, ModelInfo, Models, catalogue, key_of, known, of_channel, split_suffix


def a_model(name: str, **others) -> ModelInfo:
    return ModelInfo(name, **others)


@pytest.fixture
def models():
    found = Models()
    found.register("a", "one", [a_model("m", created=1), a_model("n", created=2)])
    found.register("b", "two", [a_model("m", owned_by="two")])
    found.register("c", "two", [a_model("m", owned_by="two")])
    return found


def listed(models, now=0.0):
    return [m.id for m in models.available(now)]


@pytest.mark.parametrize(
    ("model", "parts"),
    [
        ("m", ("m", None)),
        ("m(high)", ("m", "high")),
        ("m()", ("m", "")),
        ("a(b)(c)", ("a(b)", "c")),
        ("m)", ("m)", None)),
    ],
)
def test_a_suffix_is_what_stands_in_the_last_brackets(model, parts):
    assert split_suffix(model) == parts


def test_a_model_is_booked_under_its_plain_name():
    assert (key_of(" m(high) "), key_of("(high)"), key_of("")) == ("m", "(high)", "")


def test_who_has_most_credentials_comes_first(models):
    assert models.providers("m") == ["two", "one"]
    assert models.providers("nope") == []


def test_cursor_is_asked_for_names_nobody_has(models):
    models.register("d", "cursor", [a_model("composer")])
    assert models.providers("nope") == ["cursor"]


def test_who_is_forgotten_is_counted_no_more(models):
    models.unregister("a")
    assert models.providers("m") == ["two"]
    assert models.info("n") is None
    models.unregister("b")
    models.unregister("c")
    assert listed(models) == []


def test_a_credential_said_twice_counts_once(models):
    models.register("a", "one", [a_model("m")])
    models.unregister("a")
    assert models.providers("m") == ["two"]


def test_entries_that_share_an_alias_are_all_taken_away():
    models = Models()
    models.register("a", "one", [a_model("m"), a_model("m")])
    models.unregister("a")
    assert listed(models) == []


def test_the_provider_that_serves_says_what_a_model_is(models):
    assert models.info("m", "two").owned_by == "two"
    assert models.info("m", "one").owned_by == ""


def test_a_model_is_listed_while_somebody_can_serve_it(models):
    for client in "abc":
        models.suspend(client, "m", "unauthorized")
    assert listed(models) == ["n"]
    models.recovered("b", "m")
    assert listed(models) == ["m", "n"]


def test_a_model_out_of_quota_stays_listed(models):
    models.suspend("a", "n", "quota")
    models.set_out_of_quota("a", "n", 0.0)
    assert listed(models, 1.0) == ["m", "n"]


def test_auto_is_the_newest_that_is_not_out_of_quota(models):
    assert models.newest(0.0) == "n"
    models.set_out_of_quota("a", "n", 0.0)
    assert models.newest(1.0) == "m"
    assert models.newest(QUOTA_WINDOW) == "n"


def test_support_knows_no_case(models):
    assert models.supports("a", " M ")
    assert not models.supports("b", "n")


def test_a_plan_leaves_models_out():
    everything = {m.id for m in of_channel("codex")}
    assert everything - {m.id for m in of_channel("codex", "free")} == {
        "gpt-5.3-codex",
        "gpt-5.3-codex-spark",
        "gpt-5.4",
    }
    assert {m.id for m in of_channel("codex", "plus")} == everything


def test_the_catalogue_is_whole():
    assert all(models for models in catalogue().values())
    assert known("claude-sonnet-4-5-20250929").capability.support.least == 1024
