import json

import pytest

from native import config
from native.failure import Failure
from native.service import Service
from native.settings import Settings
from native.stores import Stores


@pytest.fixture
def a_service(a, tmp_path):
    def make(tree):
        upstream = a.ScriptedUpstream(lambda _: a.chat())
        clock, ids = a.StandingClock(), a.CountingIds()
        return Service(
            config.parse(tree), upstream=upstream, clock=clock, ids=ids, stores=Stores(tmp_path), settings=Settings()
        )

    return make


def test_a_new_configuration_takes_effect_as_a_whole(a, a_service):
    service = a_service(a.config(["k1"]))
    (first,) = service.pool.credentials
    service.apply(config.parse({"api-keys": ["other"], "claude-api-key": [{"api-key": "c1"}]}))
    assert first not in service.pool.credentials
    assert service.kit.models.providers("m") == []
    assert service.kit.models.providers("claude-sonnet-4-6") == ["claude"]
    assert service.access.check({"X-Api-Key": "other"}, {}) == "other"


def test_a_credential_that_stays_keeps_its_rest(a, a_service):
    service = a_service(a.config(["k1"]))
    (credential,) = service.pool.credentials.values()
    service.pool.failed(credential, "m", Failure("no", 429))
    service.apply(config.parse(a.config(["k1", "k2"])))
    assert service.pool.credentials[credential.id].states["m"].unavailable


def test_log_ins_are_read_from_their_folder(a_service, tmp_path):
    (tmp_path / "claude-a.json").write_text(
        json.dumps({"type": "claude", "email": "a@b", "disabled": False, "priority": 2})
    )
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "typeless.json").write_text("{}")
    service = a_service({})
    log_in, nobodys = service.pool.credentials.values()
    assert (log_in.id, log_in.provider, log_in.kind, log_in.priority) == ("claude-a.json", "claude", "oauth", 2)
    assert (nobodys.id, nobodys.provider) == ("typeless.json", "unknown")
    assert service.pool.served == {"claude"}
