import pytest

from native.credentials.aliases import apply_aliases, channel_of, of_key, of_log_in, pool_of, settled, with_suffix
from native.credentials.credential import Credential
from native.credentials.entries import Model, ModelAlias
from native.models import ModelInfo


def models(*pairs: tuple[str, str]) -> list[Model]:
    return [Model(name=name, alias=alias) for name, alias in pairs]


@pytest.mark.parametrize(
    ("asked", "upstream"),
    [
        ("a", "x"),
        ("A", "x"),
        ("a(high)", "x(high)"),
        ("x", "x"),
        ("other", "other"),
        ("b(low)", "y(high)"),
        ("y", "y(high)"),
    ],
)
def test_a_keys_alias_is_resolved_and_the_suffix_stays(asked, upstream):
    assert of_key(asked, models(("x", "a"), ("y(high)", "b"), ("z", "a"))) == upstream


def test_models_that_share_an_alias_are_a_pool():
    assert pool_of("a(low)", models(("x", "a"), ("y", "a"), ("X", "a"), ("z", "b"))) == ["x(low)", "y(low)"]


def test_a_name_is_found_where_no_alias_is():
    assert pool_of("Z", models(("x", "a"), ("z", "b"))) == ["z"]
    assert pool_of("q", models(("x", "a"))) == []


def test_a_names_own_suffix_wins():
    assert (with_suffix("x(high)", "low"), with_suffix("x", "low"), with_suffix("x", None)) == (
        "x(high)",
        "x(low)",
        "x",
    )


def test_a_log_ins_alias_is_resolved():
    aliases = [ModelAlias(name="up", alias="mine")]
    assert [of_log_in(name, aliases) for name in ("MINE", "mine(8192)", "up", "else")] == [
        "up",
        "up(8192)",
        "up",
        "else",
    ]


def test_a_model_under_an_alias_loses_its_first_name_unless_told_to_fork():
    listed = [ModelInfo("up", name="models/up"), ModelInfo("rest")]
    plain = apply_aliases(listed, [ModelAlias(name="UP", alias="mine")])
    forked = apply_aliases(listed, [ModelAlias(name="up", alias="mine", fork=True)])
    assert [(m.id, m.name) for m in plain] == [("mine", "models/mine"), ("rest", "")]
    assert [m.id for m in forked] == ["up", "mine", "rest"]


def test_keys_have_no_channel():
    assert channel_of(Credential("c", "claude", kind="apikey")) == ""
    assert channel_of(Credential("c", "claude", kind="oauth")) == "claude"
    assert channel_of(Credential("c", "gemini", kind="oauth")) == ""


def test_of_the_same_alias_the_first_counts():
    given = {
        " Claude ": [ModelAlias(name="a", alias="x"), ModelAlias(name="b", alias="X"), ModelAlias(name="c", alias="C")]
    }
    assert [(e.name, e.alias) for e in settled(given)["claude"]] == [("a", "x")]
