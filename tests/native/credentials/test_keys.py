from native.config import parse
from native.credentials.keys import Names, credentials


def test_an_id_depends_on_what_makes_the_credential_itself():
    assert Names().next("claude:apikey", "k", "")[0] == Names().next("claude:apikey", " k ", "")[0]
    assert Names().next("claude:apikey", "k", "")[0] != Names().next("claude:apikey", "k", "x")[0]


def test_equal_keys_are_told_apart_by_a_count():
    names = Names()
    first, second = names.next("k", "a"), names.next("k", "a")
    assert second[1] == first[1] + "-1"


def test_ids_are_the_legacys():
    tree = {"claude-api-key": [{"api-key": "sk-ant-up-1"}], "gemini-api-key": [{"api-key": "AIza-up-1"}]}
    assert [c.id for c in credentials(parse(tree), 0.0)] == [
        "gemini:apikey:b35b4bf6964d",
        "claude:apikey:e8901faa646f",
    ]


def test_each_key_of_a_compatible_provider_is_a_credential_and_one_without_keys_is_one_too():
    entries = [{"api-key": "a", "proxy-url": "direct"}, {"api-key": "b"}]
    tree = {
        "openai-compatibility": [
            {"name": "Lab", "base-url": "https://x", "api-key-entries": entries, "priority": 3},
            {"name": "Free", "base-url": "https://y"},
        ]
    }
    found = credentials(parse(tree), 0.0)
    assert [(c.provider, c.api_key, c.proxy_url, c.priority, c.kind) for c in found] == [
        ("lab", "a", "direct", 3, "apikey"),
        ("lab", "b", "", 3, "apikey"),
        ("free", "", "", 0, ""),
    ]
    assert all(c.compatible for c in found)


def test_a_blank_key_is_none():
    assert credentials(parse({"claude-api-key": [{"api-key": "  "}]}), 0.0) == []


def test_a_codex_key_may_have_a_websocket():
    tree = {"codex-api-key": [{"api-key": "k", "base-url": "https://x", "websockets": True, "headers": {"A": "b"}}]}
    (found,) = credentials(parse(tree), 5.0)
    assert (found.websockets, found.headers, found.created_at) == (True, {"A": "b"}, 5.0)


def test_providers_of_one_name_serve_the_models_of_the_first_and_one_without_a_name_none():
    said = [("Lab", "https://a.test", "one"), ("LAB", "https://b.test", "two"), ("", "https://c.test", "three")]
    providers = [{"name": n, "base-url": b, "models": [{"name": m, "alias": "x"}]} for n, b, m in said]
    found = credentials(parse({"openai-compatibility": providers}), 0)
    assert [(c.base_url, [m.name for m in c.entry.models], c.entry.name) for c in found] == [
        ("https://a.test", ["one"], "Lab"),
        ("https://b.test", ["one"], "Lab"),
        ("https://c.test", [], ""),
    ]
