"""Any sequence of management calls leaves the configuration that the rules say, in the file."""

import asyncio
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path

import bcrypt
import orjson
import pytest
import yaml
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from native import config as configuration
from native.outside import SystemIds
from native.server import build
from native.settings import Settings
from native.stores import Stores
from shim.judge.playback import PlayedUpstream
from tests.native.sequences.calls import AMP, CLIENT_KEYS, OAUTH, UPSTREAM_KEYS, VALUES, Call
from tests.native.sequences.model import LISTS, Model, seen, told

SECRET = "owner"
HASH = bcrypt.hashpw(SECRET.encode(), bcrypt.gensalt(4)).decode()
KNOWN = st.one_of(VALUES, CLIENT_KEYS, UPSTREAM_KEYS, OAUTH.filter(lambda call: "alias" not in call.path), AMP)
SEQUENCES = st.lists(KNOWN, min_size=1, max_size=8)
GENERATE = Phase.generate


# Every list has its line: where there is none, one that says nothing gets none. What is built in is told to be empty:
# it would be written with the first change, a hundred lines.
BEGUN = {
    **{key: [] for key in ["api-keys", *LISTS]},
    "error-logs-max-files": 10,
    "ampcode": {"model-mappings": []},
    "oauth-model-alias": {"kiro": None, "github-copilot": None},
}


def drawn(many):
    """So many sequences, others each time; one server takes them one after the other."""
    found = []

    @settings(
        max_examples=many, database=None, deadline=None, suppress_health_check=list(HealthCheck), phases=[GENERATE]
    )
    @given(SEQUENCES)
    def draw(calls):
        found.append(calls)

    draw()
    return found


class Standing:
    """A clock that stands: what is changed is never taken from the file anew, however slow this machine is."""

    def now(self):
        return 1_763_700_000.0


@asynccontextmanager
async def asking(folder):
    """Native on a file of its own, in memory: `status(call)`."""
    file = Path(folder) / "config.yaml"
    file.write_text(yaml.safe_dump({**BEGUN, "remote-management": {"secret-key": HASH}}))
    (file.parent / "auth").mkdir()
    app = build(
        configuration.load(file),
        upstream=PlayedUpstream(()),
        clock=Standing(),
        ids=SystemIds(),
        stores=Stores(file.parent / "auth", file),
        settings=Settings(),
    )
    headers = {"Authorization": f"Bearer {SECRET}", "Content-Type": "application/json"}
    async with TestClient(TestServer(app)) as client:

        async def status(call):
            body = None if call.body is None else orjson.dumps(call.body)
            async with client.request(call.method, f"/v0/management{call.path}", data=body, headers=headers) as got:
                await got.read()
                return got.status

        yield status, file


async def agree(sequences):
    """Make the calls on both; their answers and what they leave are the same."""
    with tempfile.TemporaryDirectory() as folder:
        async with asking(folder) as (status, file):
            begun = Call("PUT", "/config.yaml", yaml.safe_load(file.read_text()))
            for calls in sequences:
                assert await status(begun) == 200
                model = Model()
                for call in calls:
                    assert (call, await status(call)) == (call, model.status(call))
                assert seen(yaml.safe_load(file.read_text())) == told(model), calls


def test_any_sequence_of_calls_ends_as_the_rules_say():
    asyncio.run(agree(drawn(50)))


@pytest.mark.slow
def test_a_thousand_sequences_do():
    asyncio.run(agree(drawn(1000)))
