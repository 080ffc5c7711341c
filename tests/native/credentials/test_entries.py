from native.credentials.entries import ClaudeKey, OpenAICompatibility, excluded_models


def test_patterns_are_lowered_and_each_is_there_once():
    assert excluded_models([" A ", "a", "", "B*"]) == ["a", "b*"]


def test_cloaking_is_what_the_entry_says():
    key = ClaudeKey.read({"api-key": "k", "cloak": {"mode": "always", "sensitive-words": ["x"]}})
    assert (key.cloak.mode, key.cloak.sensitive_words, key.cloak.strict_mode) == ("always", ["x"], False)


def test_a_providers_address_is_trimmed():
    assert OpenAICompatibility.read({"name": " n ", "base-url": " https://x "}).base_url == "https://x"
