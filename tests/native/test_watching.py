import asyncio
import contextlib
import json

import pytest
import yaml
from aiohttp.test_utils import TestClient, TestServer

from native import config
from native.server import SERVICE, build
from native.service import Service
from native.settings import Settings
from native.stores import Stores
from native.surface.management.desk import desk_of
from native.watching import Watch


@pytest.fixture
def a_watch(a, tmp_path):
    """A service on files, and who watches them."""
    file, folder = tmp_path / "config.yaml", tmp_path / "auth"
    folder.mkdir()
    file.write_text(yaml.safe_dump(a.config(["k1"])))
    service = Service(
        config.load(file),
        upstream=a.ScriptedUpstream(lambda _: a.chat()),
        clock=a.StandingClock(),
        ids=a.CountingIds(),
        stores=Stores(folder, file),
        settings=Settings(),
    )
    return Watch(service), service, file, folder


def keys(service):
    return sorted(c.api_key for c in service.pool.credentials.values() if c.api_key)


def test_a_new_configuration_is_in_force_at_once(a, a_watch):
    watch, service, file, _ = a_watch
    file.write_text(yaml.safe_dump(a.config(["k2", "k3"])))
    assert watch.look()
    assert keys(service) == ["k2", "k3"]


def test_a_log_in_that_comes_or_goes_is_seen(a_watch):
    watch, service, _, folder = a_watch
    (folder / "claude-a.json").write_text(json.dumps({"type": "claude"}))
    assert watch.look()
    assert "claude-a.json" in service.pool.credentials
    (folder / "claude-a.json").unlink()
    assert watch.look()
    assert "claude-a.json" not in service.pool.credentials


def test_the_same_content_written_anew_is_no_change(a_watch):
    watch, _, file, _ = a_watch
    file.write_text(file.read_text())
    assert not watch.look()


def test_a_configuration_that_cannot_be_read_changes_nothing(a_watch):
    watch, service, file, _ = a_watch
    file.write_text("- not a mapping")
    assert not watch.look()
    assert keys(service) == ["k1"]


def test_a_broken_file_is_refused_by_line_and_column_until_it_is_mended(a, a_watch, caplog):
    watch, service, file, _ = a_watch
    whole = yaml.safe_dump(a.config(["k2"]))
    file.write_text("debug: true\nopenai-compatibility: [\n")
    assert not watch.look()
    assert keys(service) == ["k1"]
    assert "the configuration stays as it was" in caplog.text
    assert "line 3, column 1" in caplog.text
    file.write_text(whole)
    assert watch.look()
    assert keys(service) == ["k2"]


def test_a_value_of_the_wrong_kind_is_told_by_its_place(a, a_watch, caplog):
    watch, service, file, _ = a_watch
    file.write_text(yaml.safe_dump({**a.config(["k2"]), "request-retry": ["many"]}))
    assert not watch.look()
    assert "request-retry" in caplog.text
    assert keys(service) == ["k1"]


def test_an_empty_file_is_just_being_written(a, a_watch, caplog):
    watch, service, file, _ = a_watch
    file.write_text("")
    assert not watch.look()
    assert (keys(service), caplog.text) == (["k1"], "")
    file.write_text(yaml.safe_dump(a.config(["k2"])))
    assert watch.look()
    assert keys(service) == ["k2"]


def test_a_log_in_is_taken_up_though_the_configuration_is_broken(a_watch):
    watch, service, file, folder = a_watch
    file.write_text("debug: [\n")
    assert not watch.look()
    (folder / "claude-a.json").write_text(json.dumps({"type": "claude"}))
    assert watch.look()
    assert "claude-a.json" in service.pool.credentials
    assert keys(service) == ["k1"]


@pytest.mark.parametrize(
    ("name", "value"), [("port", 9999), ("host", "::1"), ("auth-dir", "/elsewhere"), ("tls", {"enable": True})]
)
def test_what_cannot_change_while_it_serves_says_so(a, a_watch, caplog, name, value):
    watch, service, file, _ = a_watch
    file.write_text(yaml.safe_dump({**a.config(["k2"]), name: value}))
    assert watch.look()
    assert keys(service) == ["k2"]
    assert f"{name} is changed: that takes effect when the server starts anew" in caplog.text


def test_what_can_change_says_nothing(a, a_watch, caplog):
    watch, _, file, _ = a_watch
    file.write_text(yaml.safe_dump({**a.config(["k2"]), "debug": True, "request-retry": 3}))
    assert watch.look()
    assert caplog.text == ""


def test_what_somebody_wrote_from_an_older_reading_takes_nothing_back(a_watch):
    watch, service, file, _ = a_watch
    before = yaml.safe_load(file.read_text())
    desk_of(service).change(lambda settings: settings.update({"request-retry": 3}))
    file.write_text(yaml.safe_dump({**before, "debug": True}))
    assert watch.look()
    assert (service.config.request_retry, service.config.debug) == (3, True)
    assert yaml.safe_load(file.read_text())["request-retry"] == 3


async def test_a_change_is_live_at_once_and_a_stream_goes_on(a, tmp_path):
    file, go_on = tmp_path / "config.yaml", asyncio.Event()
    file.write_text(yaml.safe_dump(a.config(["k1"])))
    said = a.stream("one", "two")

    async def pieces():
        yield said.chunks[0]
        await go_on.wait()
        for chunk in said.chunks[1:]:
            yield chunk

    said.chunks_of = pieces
    upstream = a.ScriptedUpstream(lambda _: said)
    stores = Stores(tmp_path / "auth", file)
    outside = {"upstream": upstream, "clock": a.StandingClock(), "ids": a.CountingIds(), "settings": Settings()}
    app = build(config.load(file), stores=stores, **outside)
    following = asyncio.create_task(Watch(app[SERVICE]).follow())
    asked = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "hi"}]}
    async with (
        TestClient(TestServer(app)) as client,
        asyncio.timeout(30),
        client.post("/v1/chat/completions", json=asked, headers={"Authorization": "Bearer sk-client"}) as answer,
    ):
        assert b"one" in await answer.content.readuntil(b"\n\n")
        file.write_text(yaml.safe_dump(a.config(["k2"])))
        began = asyncio.get_running_loop().time()
        while keys(app[SERVICE]) != ["k2"]:  # noqa: ASYNC110 - nobody says when it is in force
            await asyncio.sleep(0.02)
        assert asyncio.get_running_loop().time() - began < 5  # a second, where nobody else wants the processor
        go_on.set()
        rest = await answer.read()
    following.cancel()
    assert b"two" in rest
    assert rest.endswith(b"[DONE]\n\n")
    assert upstream.keys == ["k1"]


async def test_what_is_written_is_noticed(a, a_watch):
    watch, service, file, _ = a_watch
    applied = asyncio.Event()
    apply = service.apply
    service.apply = lambda new: (apply(new), applied.set())
    following = asyncio.create_task(watch.follow(0.001))
    try:
        await asyncio.sleep(0)
        file.write_text(yaml.safe_dump(a.config(["k9", "k10"])))
        async with asyncio.timeout(30):
            await applied.wait()
        assert keys(service) == ["k10", "k9"]
    finally:
        following.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await following
