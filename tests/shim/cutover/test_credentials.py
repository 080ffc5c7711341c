"""A log-in that only the binary serves or renews stands in the way, by its file's name."""

import json

import pytest

from native.config import parse
from native.providers import collect
from shim.cutover.credentials import RENEWS, of_credentials
from shim.cutover.obstacles import Kind

TOKEN = "secret-token"


@pytest.fixture
def found(tmp_path):
    def look(tree, config=None):
        (tmp_path / "one.json").write_text(json.dumps(tree))
        return [(one.kind, one.name, one.says) for one in of_credentials(tmp_path, parse(config or {}))]

    return look


def test_a_provider_that_native_does_not_serve(found):
    ((kind, name, says),) = found({"type": "no-such-provider", "refresh_token": TOKEN})
    assert (kind, name) == (Kind.CREDENTIAL, "one.json")
    assert "does not serve" in says
    assert TOKEN not in says


def test_a_token_that_only_the_binary_renews(found, monkeypatch):
    monkeypatch.delattr(collect()["claude"], RENEWS, raising=False)
    assert ["renewed by the binary" in says for _, _, says in found({"type": "claude", "refresh_token": TOKEN})] == [
        True
    ]
    monkeypatch.setattr(collect()["claude"], RENEWS, lambda self: self, raising=False)
    assert not found({"type": "claude", "refresh_token": TOKEN})


@pytest.mark.parametrize(
    "tree", [{"type": "claude", "disabled": True, "refresh_token": TOKEN}, {"type": "claude"}, {"note": "mine"}, []]
)
def test_what_is_switched_off_or_nobodys_or_has_nothing_to_renew_is_passed_over(found, tree):
    assert not found(tree)


def test_a_log_in_with_its_own_proxy_is_noted_without_the_proxys_secret(found):
    ((kind, name, says),) = found({"type": "claude", "proxy_url": f"socks5://me:{TOKEN}@proxy.example:1"})
    assert (kind, name) == (Kind.BYPASS, "one.json")
    assert "socks5://proxy.example:1" in says
    assert TOKEN not in says


def test_a_log_in_within_the_configuration(found):
    wanted = [] if "kiro" in collect() else [(Kind.CREDENTIAL, "kiro")]
    assert [(kind, name) for kind, name, _ in found({}, {"kiro": [{"token-file": "t"}]})] == wanted
