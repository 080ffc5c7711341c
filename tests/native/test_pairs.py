from importlib import import_module
from pkgutil import iter_modules
from types import SimpleNamespace

import pytest

from native import accents, pairs
from native.pairs import Pairs
from native.providers import DeclarationError


def test_every_pair_that_is_declared_is_found_by_its_name():
    declared = [
        module.PAIR
        for module in (import_module(f"native.accents.{one.name}") for one in iter_modules(accents.__path__))
        if hasattr(module, "PAIR")
    ]
    assert {(pair.client, pair.upstream): pair for pair in declared} == dict(Pairs())


def test_each_client_protocol_reaches_each_upstream_protocol():
    assert len(Pairs()) == len(pairs.CLIENTS) * len(pairs.UPSTREAMS)


def test_a_pair_is_loaded_when_it_is_asked_for(monkeypatch):
    loaded = []
    monkeypatch.setattr(pairs, "import_module", lambda name: loaded.append(name) or import_module(name))
    found = Pairs()
    assert loaded == []
    assert found["openai", "claude"] is found["openai", "claude"]
    assert loaded == ["native.accents.chat_claude"]


def test_a_pair_nobody_declared_is_none():
    assert Pairs().get(("openai", "nobody")) is None


@pytest.mark.parametrize("declared", ["no pair", SimpleNamespace()])
def test_a_module_that_declares_no_pair_is_told_by_its_name(declared, monkeypatch):
    monkeypatch.setattr(pairs, "import_module", lambda _: SimpleNamespace(PAIR=declared))
    with pytest.raises(DeclarationError, match=r"accents\.chat_claude"):
        Pairs()["openai", "claude"]


def test_a_module_that_declares_another_pair_is_told(monkeypatch):
    claude = import_module("native.accents.claude_claude")
    monkeypatch.setattr(pairs, "import_module", lambda _: claude)
    with pytest.raises(DeclarationError, match="declares claude to claude"):
        Pairs()["openai", "claude"]
