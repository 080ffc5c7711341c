import pytest

from native.surface.management import shape
from native.surface.management.kinds import KindError


def test_an_empty_file_has_every_setting_with_its_default():
    found = shape.settings({})
    assert found["error-logs-max-files"] == 10
    assert found["api-keys"] is None
    assert found["oauth-model-alias"].keys() == {"kiro", "github-copilot"}


def test_keys_are_cleaned_as_the_file_is_read():
    keys = [{"api-key": " a ", "prefix": "/p/"}, {"api-key": "a"}, {"api-key": ""}, {"api-key": "b", "prefix": "x/y"}]
    found = shape.settings({"gemini-api-key": keys, "codex-api-key": [{"api-key": "c"}]})
    assert [(key["api-key"], key["prefix"]) for key in found["gemini-api-key"]] == [("a", "p"), ("b", "")]
    assert found["codex-api-key"] == []


def test_an_emptied_channel_is_no_missing_one():
    found = shape.aliases({"Kiro": None, "x": [{"name": "a", "alias": "A", "fork": False}]})
    assert found["kiro"] is None
    assert "x" not in found
    assert "github-copilot" in found


def test_a_setting_of_the_wrong_kind_is_told_by_its_place():
    with pytest.raises(KindError, match=r"claude-api-key\[0\].models\[0\]"):
        shape.settings({"claude-api-key": [{"models": [7]}]})


def test_a_provider_spelled_twice_has_the_patterns_of_the_spelling_that_has_any():
    given = {" Claude ": ["Model-A", " model-b "], "claude": [], "codex": [""]}
    assert shape.excluded_by_provider(given) == {"claude": ["model-a", "model-b"]}
