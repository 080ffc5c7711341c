"""Native's log in lines of JSON."""

import json
import logging
import sys

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from native.accesslog import Access
from native.loglines import Lines
from native.settings import Settings


def spoken(**more):
    return json.loads(
        Lines().format(logging.LogRecord("native", logging.WARNING, "", 0, "%s", ("two\nlines",), **more))
    )


def test_whatever_is_said_is_one_line_of_json():
    said = spoken(exc_info=None)
    assert (said["level"], said["logger"], said["message"]) == ("warning", "native", "two\nlines")
    assert said["time"].endswith("Z")


def test_an_error_is_told_with_where_it_came_from():
    try:
        int("broken")
    except ValueError:
        assert "ValueError: invalid literal" in spoken(exc_info=sys.exc_info())["error"]


async def test_each_request_is_told_without_query_header_or_body():
    async def answer(request):
        await request.read()
        return web.Response(text="hidden")

    lines = []
    logger = logging.getLogger("tests.native.accesslog")
    logger.setLevel(logging.INFO)
    keeper = logging.Handler()
    keeper.emit = lambda record: lines.append(Lines().format(record))
    logger.addHandler(keeper)
    app = web.Application()
    app.router.add_post("/v1/messages", answer)
    server = TestServer(app)
    await server.start_server(access_log_class=Access, access_log=logger)
    async with TestClient(server) as client:
        await client.post("/v1/messages?key=hidden", data=b"hidden", headers={"x-api-key": "hidden"})
    (line,) = lines
    assert "hidden" not in line
    told = json.loads(line)
    assert (told["method"], told["path"], told["status"]) == ("POST", "/v1/messages", 200)
    assert told["bytes_in"] == 6
    assert told["bytes_out"] > 6
    assert told["ms"] >= 0


def test_the_environment_asks_for_it():
    assert Settings.of({"QUOTIO_LOG_FORMAT": "json"}).log_format == "json"
    assert Settings.of({}).log_format == "text"
