import pytest

from native.config import parse
from native.credentials.credential import Credential
from native.credentials.keys import credentials
from native.credentials.offer import matches, offered, register
from native.models import Models


def names(tree) -> list[str]:
    config = parse(tree)
    return [m.id for c in credentials(config, 0.0) for m in offered(c, config, 0.0)]


@pytest.mark.parametrize(
    ("pattern", "value", "fits"),
    [
        ("a", "a", True),
        ("a", "ab", False),
        ("a*", "ab", True),
        ("*b", "ab", True),
        ("*b*", "abc", True),
        ("a*c*e", "abcde", True),
        ("a*e*c", "abcde", False),
        ("*", "", True),
        ("", "", False),
        ("ab*ba", "aba", False),
    ],
)
def test_a_star_stands_for_any_text(pattern, value, fits):
    assert matches(pattern, value) is fits


def test_a_key_offers_its_channels_models_less_those_excluded():
    tree = {"claude-api-key": [{"api-key": "k", "excluded-models": ["*opus*", "claude-3-*"]}]}
    assert names(tree) == [
        "claude-haiku-4-5-20251001",
        "claude-sonnet-4-5-20250929",
        "claude-sonnet-4-6",
        "claude-sonnet-4-20250514",
    ]


def test_models_of_an_entry_stand_in_place_of_the_channels():
    models = [{"name": "x", "alias": "y"}, {"name": "z"}, {"name": "w", "alias": "Y"}, {"alias": "only"}]
    assert names({"claude-api-key": [{"api-key": "k", "models": models}]}) == ["y", "z", "only"]


def test_an_entrys_model_thinks_as_the_catalogue_says_of_its_upstream():
    config = parse({"claude-api-key": [{"api-key": "k", "models": [{"name": "claude-sonnet-4-6", "alias": "s"}]}]})
    (model,) = offered(credentials(config, 0.0)[0], config, 0.0)
    assert (model.thinking.least, model.user_defined) == (1024, True)


@pytest.mark.parametrize(("forced", "found"), [(False, ["m", "team/m"]), (True, ["team/m"])])
def test_a_prefix_is_another_name_or_the_only_one(forced, found):
    lab = {"name": "lab", "base-url": "https://x", "prefix": "team", "models": [{"name": "m", "alias": "m"}]}
    assert names({"force-model-prefix": forced, "openai-compatibility": [lab]}) == found


def test_a_compatible_model_knows_three_levels_unless_told_otherwise():
    models = [{"name": "a"}, {"name": "b", "thinking": {"min": 1, "max": 9}}]
    config = parse({"openai-compatibility": [{"name": "lab", "base-url": "https://x", "models": models}]})
    one, other = offered(credentials(config, 0.0)[0], config, 0.0)
    assert one.thinking.levels == ("low", "medium", "high")
    assert (other.thinking.least, other.thinking.most) == (1, 9)


def test_a_credential_that_is_switched_off_offers_nothing():
    models, config = Models(), parse({})
    credential = Credential("c", "claude")
    register(models, credential, config, 0.0)
    assert models.providers("claude-sonnet-4-6") == ["claude"]
    credential.disabled = True
    register(models, credential, config, 0.0)
    assert models.providers("claude-sonnet-4-6") == []
