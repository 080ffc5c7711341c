import asyncio
import contextlib
import json

import pytest
import yaml

from native import config
from native.service import Service
from native.settings import Settings
from native.stores import Stores
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
