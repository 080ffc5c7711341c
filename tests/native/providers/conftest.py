from collections.abc import Callable

import pytest

from native import config as configuration
from native.credentials.credential import Credential
from native.credentials.keys import credentials
from native.credentials.offer import register
from native.models import Models
from native.pairs import pairs
from native.payload import compile_rules
from native.providers.base import Call, Client, Kit
from native.turn import Memory
from native.usage import Usage


@pytest.fixture
def a_kit(a) -> Callable[..., Kit]:
    """What a provider works with, on a configuration and a script."""

    def make(tree, script=None):
        config = configuration.parse(tree)
        models, clock = Models(), a.StandingClock()
        for credential in credentials(config, clock.now()):
            register(models, credential, config, clock.now())
        upstream = a.ScriptedUpstream(script or (lambda _: a.chat()))
        rules = compile_rules(config.payload)
        return Kit(config, models, upstream, clock, a.CountingIds(), Memory(), pairs(), Usage(), rules)

    return make


@pytest.fixture
def a_call() -> Callable[..., Call]:
    """One try at a credential."""

    def make(credential: Credential, model: str, raw: bytes, source: str = "openai", **others) -> Call:
        headers, key = others.pop("headers", {}), others.pop("key", "sk-client")
        return Call(
            credential,
            model,
            model,
            source,
            others.pop("stream", False),
            others.pop("alt", ""),
            raw,
            Client(headers, key),
        )

    return make
