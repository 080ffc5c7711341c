"""What is learned: models from a running legacy, noise from recordings."""

from pathlib import Path

import orjson
import pytest
from aiohttp import web
from typer.testing import CliRunner

from native import models
from shim.cli import app
from shim.learn import LearnError, catalogue

GOLDEN = Path(__file__).parents[2] / "recordings" / "golden"


@pytest.fixture
async def a_legacy(aiohttp_server_factory):
    async def definitions(request):
        if request.headers.get("Authorization") != "Bearer mgmt":
            return web.json_response({"error": "invalid management key"}, status=401)
        if request.match_info["channel"] == "kiro":
            return web.json_response({"error": "unknown channel"}, status=400)
        return web.json_response(
            {"channel": request.match_info["channel"], "models": [{"id": "m-1", "object": "model"}]}
        )

    return await aiohttp_server_factory([web.get("/v0/management/model-definitions/{channel}", definitions)])


@pytest.fixture
async def aiohttp_server_factory():
    runners = []

    async def start(routes):
        application = web.Application()
        application.add_routes(routes)
        runner = web.AppRunner(application)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        runners.append(runner)
        return f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"

    yield start
    for runner in runners:
        await runner.cleanup()


async def test_models_are_taken_by_channel_and_unknown_channels_left_out(a_legacy):
    found = await catalogue(a_legacy, "mgmt")
    assert found["claude"] == [{"id": "m-1", "object": "model"}]
    assert "kiro" not in found


async def test_a_refused_key_says_what_to_do(a_legacy):
    with pytest.raises(LearnError, match="management key was refused"):
        await catalogue(a_legacy, "wrong")


@pytest.fixture
def the_shipped_catalogue():
    yield
    models._learned = None
    models.catalogue.cache_clear()
    models._known.cache_clear()


@pytest.mark.usefixtures("the_shipped_catalogue")
def test_native_takes_a_learned_catalogue(tmp_path):
    file = tmp_path / "models.json"
    file.write_bytes(orjson.dumps({"claude": [{"id": "claude-next", "object": "model"}]}))
    models.learn(file)
    assert [m.id for m in models.catalogue()["claude"]] == ["claude-next"]


@pytest.mark.usefixtures("the_shipped_catalogue")
def test_a_file_that_is_no_catalogue_is_refused_and_the_shipped_one_stays(tmp_path):
    file = tmp_path / "models.json"
    file.write_text("[1]")
    with pytest.raises(models.CatalogueError, match="no file of model definitions"):
        models.learn(file)
    models.catalogue.cache_clear()
    assert "claude" in models.catalogue()


def test_noise_is_learned_into_a_file(tmp_path):
    file = tmp_path / "noise.json"
    arguments = ["learn", "noise", str(GOLDEN / "core-chat-claude.jsonl.gz"), "--to", str(file)]
    first = CliRunner().invoke(app, arguments)
    again = CliRunner().invoke(app, arguments)
    assert first.exit_code == again.exit_code == 0
    assert not first.output.startswith("0 new rules")
    assert again.output.startswith("0 new rules")
