"""What management's writes find and leave, and when the legacy is asked for them."""

import asyncio
import itertools
import json

import pytest

from addons.writes import TAKEN_UP
from shim.judge.verdict import Reason
from shim.messages import Wrote
from shim.run.mirror import SLOWNESS
from shim.run.settings import Copied

TEXT = "port: 8317\nauth-dir: auth\ndebug: false\n"


@pytest.fixture
def files(tmp_path):
    """A configuration with a log-in."""
    (tmp_path / "auth").mkdir()
    (tmp_path / "auth" / "one.json").write_text('{"type": "claude"}')
    (tmp_path / "config.yaml").write_text(TEXT)
    return tmp_path


def settings_of(files):
    copy = files / "copy.yaml"
    if not copy.exists():
        copy.write_text(TEXT.replace("8317", "18317") + "host: 127.0.0.1\n")
    return {"config": str(files / "config.yaml"), "copies": (Copied(str(copy), "legacy", 18317),)}


def told_of(front):
    return [message for message in front.recorder._queue if isinstance(message, Wrote)]


async def test_what_a_write_found_and_left_is_told(rig, files):
    async def write(_, writer):
        copy = files / "copy.yaml"
        copy.write_text(copy.read_text().replace("debug: false", "debug: true"))
        (files / "auth" / "one.json").unlink()
        (files / "auth" / "two.json").write_text("{}")
        writer.write(rig.whole(b"{}"))

    legacy = await rig.origin(write)
    front = await rig.front(legacy.port, settings=settings_of(files))
    await rig.ask(front.port, "/v0/management/debug", b"{}", method="PUT")
    [told] = told_of(front)
    assert (told.before.config, told.before.auth_files) == (TEXT.encode(), {"one.json": b'{"type": "claude"}'})
    assert told.after.config == TEXT.replace("false", "true").encode()
    assert (told.after.auth_files, told.doubt) == ({"two.json": b"{}"}, "")


async def test_two_at_once_are_in_doubt(rig, files):
    arrived = asyncio.Barrier(2)

    async def answer(_, writer):
        await arrived.wait()
        writer.write(rig.whole(b"{}"))

    legacy = await rig.origin(answer)
    front = await rig.front(legacy.port, settings=settings_of(files))
    asks = [rig.ask(front.port, f"/v0/management/{name}", b"{}", method="PUT") for name in ("debug", "ws-auth")]
    await asyncio.gather(*asks)
    assert [told.doubt for told in told_of(front)] == [str(Reason.CROSSED)] * 2


async def test_one_after_the_other_is_not(rig, files):
    legacy = await rig.origin(rig.whole(b"{}"))
    front = await rig.front(legacy.port, settings=settings_of(files))
    moments = itertools.count(0, TAKEN_UP)
    front.serving.writes.now = lambda: next(moments)
    for _ in range(3):
        await rig.ask(front.port, "/v0/management/debug", b"{}", method="PATCH")
    assert [told.doubt for told in told_of(front)] == [""] * 3


async def test_one_that_follows_at_once_is_for_the_legacy_takes_a_moment(rig, files):
    legacy = await rig.origin(rig.whole(b"{}"))
    front = await rig.front(legacy.port, settings=settings_of(files))
    front.serving.writes.now = lambda: 5.0
    for _ in range(2):
        await rig.ask(front.port, "/v0/management/debug", b"{}", method="PATCH")
    assert [told.doubt for told in told_of(front)] == ["", str(Reason.CROSSED)]


@pytest.mark.parametrize(("method", "path"), [("GET", "/v0/management/debug"), ("POST", "/v1/messages")])
async def test_other_requests_are_not_looked_into(rig, files, method, path):
    legacy = await rig.origin(rig.whole(b"{}"))
    front = await rig.front(legacy.port, settings=settings_of(files))
    front.serving.mirror.copies[0].written = 1e12
    assert await rig.ask(front.port, path, b"{}", method=method) == rig.whole(b"{}")
    assert told_of(front) == []


async def test_what_native_wrote_is_nothing_to_judge(rig, files):
    native = await rig.origin(rig.whole(b"{}"))
    endpoint = "PUT /v0/management/debug"
    front = await rig.front(1, native=native.port, flags={endpoint: "native"}, settings=settings_of(files))
    assert await rig.ask(front.port, "/v0/management/debug", b"{}", method="PUT") == rig.whole(b"{}")
    assert told_of(front) == []


async def test_one_that_breaks_off_leaves_nothing_open(rig, files):
    async def hang_up(_, writer):
        writer.close()

    legacy = await rig.origin(hang_up)
    front = await rig.front(legacy.port, settings=settings_of(files))
    await rig.ask(front.port, "/v0/management/debug", b"{}", method="PUT")
    assert told_of(front) == []
    working = await rig.origin(rig.whole(b"{}"))
    again = await rig.front(working.port, settings=settings_of(files))
    await rig.ask(again.port, "/v0/management/debug", b"{}", method="PUT")
    assert [told.doubt for told in told_of(again)] == [""]


async def test_a_write_waits_until_the_legacy_has_noticed_the_one_before(rig, files):
    legacy = await rig.origin(rig.whole(json.dumps({"status": "ok"}).encode()))
    front = await rig.front(legacy.port, settings=settings_of(files))
    mirror = front.serving.mirror
    moments = iter([100.0, 100.5])
    mirror.copies[0].written, mirror.now = 100.0 - SLOWNESS + 0.05, lambda: next(moments, 103.0)
    answer = await rig.ask(front.port, "/v0/management/debug", b"{}", method="PUT")
    assert json.loads(answer.partition(b"\r\n\r\n")[2]) == {"status": "ok"}
    assert next(moments, None) is None  # it was looked at twice, with a pause between
