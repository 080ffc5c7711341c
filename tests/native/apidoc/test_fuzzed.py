"""The document put to the test: requests made up from it, answers held to it.

Native runs on a port of this machine, its providers by script. An answer may refuse, but never break, and is what the
document says it is.
"""

import asyncio
import threading
from contextlib import contextmanager

import orjson
import pytest
import schemathesis
from aiohttp import web
from hypothesis import HealthCheck, Phase, given, seed, settings
from ruamel.yaml import YAML
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from native import config as configuration
from native.apidoc.document import document as document_of
from native.server import build, declared
from native.settings import Settings
from native.stores import Stores

OWNER = "owner"
SAID = {
    "tag_name": "v1",
    "device_code": "d",
    "user_code": "U",
    "verification_uri": "https://login.example.test",
    "verification_uri_complete": "https://login.example.test",
    "code": "U",
    "verificationUrl": "https://login.example.test",
    "success": True,
    "data": {"name": "k", "apiKey": "k"},
    "username": "u",
    "id": "c1",
    "object": "chat.completion",
    "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}}],
}
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
BROKEN = "Server got itself in trouble"
FEW = 40
"""In the short run, one operation in so many."""


@contextmanager
def running(a, folder):
    """A server of native's on a port, in a thread of its own; its address."""
    (folder / "auth").mkdir()
    file = folder / "config.yaml"
    with file.open("w") as out:
        YAML().dump(a.config(**{"remote-management": {"secret-key": OWNER}, "api-keys": []}), out)
    loop, address, ready = asyncio.new_event_loop(), [], threading.Event()
    script = a.ScriptedUpstream(lambda _: a.Answer([orjson.dumps(SAID)]))

    async def serve():
        app = build(
            configuration.load(file),
            upstream=script,
            clock=a.StandingClock(),
            ids=a.CountingIds(),
            stores=Stores(folder / "auth", file, folder / "logs"),
            settings=Settings(management_password=OWNER),
        )
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        address.append(f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}")
        ready.set()
        return runner

    def turn():
        runner = loop.run_until_complete(serve())
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = threading.Thread(target=turn, daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield address[0]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


@pytest.fixture(scope="module")
def address(a, tmp_path_factory):
    with running(a, tmp_path_factory.mktemp("native")) as found:
        yield found


def operation_of(route):
    document = orjson.loads(orjson.dumps(document_of([route])))
    (found,) = schemathesis.openapi.from_dict(document).get_all_operations()
    return found.ok()


def asked(operation, address, examples):
    """Ask an operation so many times, and hold its answers to the document."""

    @seed(20)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case):
        response = case.call(base_url=address, headers={"X-Management-Key": OWNER}, timeout=10)
        assert BROKEN not in response.text, case.as_curl_command()
        case.validate_response(response, checks=CHECKS)
        if "/management/" in operation.path:
            assert response.status_code < 500, (case.as_curl_command(), response.text)

    ask()


ROUTES = declared().all


@pytest.mark.parametrize("route", ROUTES[::FEW], ids=lambda one: f"{one.method} {one.path}")
def test_some_of_the_document_holds(route, address):
    asked(operation_of(route), address, 2)


@pytest.mark.slow
@pytest.mark.parametrize("route", ROUTES, ids=lambda one: f"{one.method} {one.path}")
def test_the_whole_document_holds(route, address):
    asked(operation_of(route), address, 25)
