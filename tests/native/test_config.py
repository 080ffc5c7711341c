from pathlib import Path

import pytest

from native.config import ConfigError, load, parse


def test_unknown_keys_and_nulls_are_taken_for_absent():
    config = parse(
        {"nonsense": 1, "streaming": None, "api-keys": None, "claude-api-key": [{"api-key": "k", "models": None}]}
    )
    assert (config.streaming.keepalive_seconds, config.api_keys, config.claude_api_key[0].models) == (0, [], [])


def test_of_the_same_gemini_key_the_first_counts():
    config = parse(
        {"gemini-api-key": [{"api-key": " k ", "prefix": "a"}, {"api-key": "k", "prefix": "b"}, {"api-key": ""}]}
    )
    assert [(k.api_key, k.prefix) for k in config.gemini_api_key] == [("k", "a")]


def test_a_vertex_key_is_the_same_only_at_the_same_address():
    entries = [
        {"api-key": "k", "base-url": url, "models": [{"name": "n"}, {"name": "n", "alias": "a"}]} for url in "xyx"
    ]
    config = parse({"vertex-api-key": entries})
    assert [k.base_url for k in config.vertex_api_key] == ["x", "y"]
    assert [m.alias for m in config.vertex_api_key[0].models] == ["a"]


def test_who_has_no_address_is_left_out():
    config = parse({"codex-api-key": [{"api-key": "k"}], "openai-compatibility": [{"name": "n"}]})
    assert (config.codex_api_key, config.openai_compatibility) == ([], [])


@pytest.mark.parametrize(("given", "prefix"), [("/team/", "team"), (" a ", "a"), ("a/b", ""), ("", "")])
def test_a_prefix_is_one_part(given, prefix):
    assert parse({"claude-api-key": [{"api-key": "k", "prefix": given}]}).claude_api_key[0].prefix == prefix


def test_headers_and_patterns_are_trimmed():
    key = {"api-key": "k", "headers": {" X ": " 1 ", "Y": ""}, "excluded-models": [" A* ", "a*", "", None]}
    found = parse({"claude-api-key": [key]}).claude_api_key[0]
    assert (found.headers, found.excluded_models) == ({"X": "1"}, ["a*"])


@pytest.mark.parametrize("spelt", ["fill-first", "FillFirst", " ff "])
def test_fill_first_has_several_spellings(spelt):
    assert parse({"routing": {"strategy": spelt}}).routing.fill_first


def test_channels_nobody_names_have_their_built_in_aliases():
    assert {a.alias for a in parse({}).oauth_model_alias["github-copilot"]} >= {"claude-opus-4-6"}
    assert parse({"oauth-model-alias": {"Kiro": []}}).oauth_model_alias["kiro"] == []


def test_numbers_are_taken_for_texts_where_texts_are_wanted():
    assert parse({"api-keys": [123]}).api_keys == ["123"]


@pytest.mark.parametrize("text", ["port: [", "- a", "port: seven"])
def test_a_file_that_cannot_be_read_says_which_and_why(tmp_path: Path, text):
    file = tmp_path / "config.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=r"config\.yaml"):
        load(file)


def test_a_file_that_is_not_there_says_so(tmp_path: Path):
    with pytest.raises(ConfigError, match="No such file"):
        load(tmp_path / "config.yaml")


def test_an_empty_file_is_an_empty_configuration(tmp_path: Path):
    (tmp_path / "config.yaml").write_text("")
    assert load(tmp_path / "config.yaml").port == 0
