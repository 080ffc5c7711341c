import pytest

from native.credentials.credential import ModelState
from native.server import SERVICE
from native.surface.responses_affinity import Affinity

MODEL = "gpt-5-codex"


def a_codex(*sockets):
    keys = [
        {"api-key": f"k{number}", "base-url": "https://codex.test/v1", "websockets": wanted}
        for number, wanted in enumerate(sockets)
    ]
    return {"api-keys": ["sk-client"], "codex-api-key": keys}


@pytest.fixture
def affinity(serving):
    """The affinity of a connection to a server with such keys, and its credentials."""

    async def build(*sockets):
        async with serving(a_codex(*sockets)) as (client, _):
            service = client.server.app[SERVICE]
            return Affinity(service), list(service.pool.credentials.values())

    return build


async def test_a_model_is_remembered_where_one_that_serves_it_has_sockets(affinity):
    assert (await affinity(False, True))[0].remembers(MODEL)
    assert not (await affinity(False))[0].remembers(MODEL)
    assert not (await affinity(True))[0].remembers("nobodys")


async def test_a_connection_stays_with_the_first_that_remembers(affinity):
    found, credentials = await affinity(False, True, True)
    forgetful, first, second = sorted(credentials, key=lambda credential: credential.websockets)
    for credential in (forgetful, first, second):
        found.chosen(credential.id)
    assert found.pinned == first.id
    assert found.remembers("nobodys")


@pytest.mark.parametrize("held", [{"disabled": True}, {"unavailable": True, "retry_at": 2e9}])
async def test_who_is_held_back_remembers_nothing(affinity, held):
    found, (credential,) = await affinity(True)
    for name, value in held.items():
        setattr(credential, name, value)
    assert not found.remembers(MODEL)


async def test_a_model_that_is_held_back_is_not_remembered_until_it_is_ready(affinity):
    found, (credential,) = await affinity(True)
    credential.states[MODEL] = ModelState(unavailable=True, retry_at=2e9)
    assert not found.remembers(f"{MODEL}(high)")
    credential.states[MODEL].retry_at = 1.0
    assert found.remembers(MODEL)
