"""A native of one credential, served on a port of its own, for whoever asks it for metrics."""

import contextlib

from aiohttp.test_utils import TestServer

from native import config as configuration
from native.egress import Egress
from native.failure import Failure
from native.outside import SystemClock, SystemIds
from native.server import SERVICE, build
from native.settings import Settings
from native.stores import Stores

LAB = {
    "name": "lab",
    "base-url": "http://127.0.0.1:9/v1",
    "api-key-entries": [{"api-key": "k1"}],
    "models": [{"name": "m", "alias": "m"}],
}


@contextlib.asynccontextmanager
async def native(folder, *, metrics=True):
    """Its port; its credential rests."""
    config = configuration.parse({"openai-compatibility": [LAB]})
    app = build(
        config,
        upstream=Egress(config.deadlines),
        clock=SystemClock(),
        ids=SystemIds(),
        stores=Stores(folder),
        settings=Settings(metrics=metrics),
    )
    pool = app[SERVICE].pool
    for credential in pool.credentials.values():
        pool.failed(credential, "m", Failure("spent", 429, retry_after=90.0))
    async with TestServer(app) as server:
        yield server.port
