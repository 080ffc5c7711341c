"""Native's metrics are told among the page's, whatever becomes of native."""

import socket

from aiohttp import web
from aiohttp.test_utils import TestServer
from prometheus_client.parser import text_string_to_metric_families

from shim.metrics.natives import natives_metrics
from tests.shim.metrics.build import native
from tests.shim.page.build import METRICS, served


def samples(text):
    return [s for family in text_string_to_metric_families(text.decode()) for s in family.samples]


async def page_metrics(visit):
    async with visit.ask("GET", "/metrics", headers={"Authorization": f"Bearer {METRICS}"}) as answer:
        assert answer.status == 200
        return samples(await answer.read())


async def test_the_page_tells_natives_cooldowns_beside_its_own_metrics(tmp_path):
    async with native(tmp_path) as port, served(tmp_path / "recordings.db", native=port) as visit:
        found = await page_metrics(visit)
    (rest,) = (s for s in found if s.name == "native_cooldown_seconds")
    assert 80 < rest.value <= 90
    assert rest.labels["model"] == "m"
    assert next(s.value for s in found if s.name == "native_up") == 1
    assert any(s.name == "shim_database_bytes" for s in found)


async def test_native_that_is_down_is_a_sample_and_no_error(tmp_path):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # nobody listens there
        async with served(tmp_path / "recordings.db", native=held.getsockname()[1]) as visit:
            found = await page_metrics(visit)
    assert [s.value for s in found if s.name.startswith("native_")] == [0]


async def test_a_page_without_native_says_nothing_of_it(tmp_path):
    async with served(tmp_path / "recordings.db") as visit:
        assert not any(s.name.startswith("native_") for s in await page_metrics(visit))


async def test_native_that_tells_no_metrics_is_not_up(tmp_path):
    async with native(tmp_path, metrics=False) as port:
        assert [s.value for s in samples(await natives_metrics(port))] == [0]


async def test_what_is_no_such_text_is_not_passed_on():
    async def half(_):
        return web.Response(text="native_up 1\nnative_upti")

    app = web.Application()
    app.router.add_get("/metrics", half)
    async with TestServer(app) as server:
        assert [s.value for s in samples(await natives_metrics(server.port))] == [0]
