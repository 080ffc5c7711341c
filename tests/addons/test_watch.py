"""What is looked at again and again: flags are heeded, files followed, failures survived."""

import asyncio
import socket

import pytest

from addons import watch
from addons.route import Route
from addons.watch import FlagWatch, MirrorWatch, watching
from addons.way import Target
from shim.build import build
from shim.flags.holds import Hold
from shim.flags.ledger import Ledger
from shim.flags.table import Asked, Mode, Scope, Value
from shim.run.disguise import Disguise
from shim.run.mirror import Copy, Mirror
from shim.run.settings import FrontSettings

CLAUDE = "POST /v1/messages"


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    monkeypatch.setattr(watch, "EVERY", 0.001)


def a_watch(tmp_path, wanted, sheet=""):
    settings = FrontSettings(0, "127.0.0.1:1", str(tmp_path / "r.db"), flags_file=str(sheet))
    return FlagWatch(settings, a_route(), lambda: wanted.append("native"))


def a_route():
    return Route(Target("legacy", ("", 0)))


def mode_of(flags):
    return flags._route.table.lookup(Asked(CLAUDE)).value.mode


async def until(found):
    async with asyncio.timeout(5):
        while not found():  # noqa: ASYNC110  # a file says nothing when it changes
            await asyncio.sleep(0.001)


async def test_a_flag_is_heeded_soon_and_native_wanted_once(tmp_path):
    wanted = []
    flags = a_watch(tmp_path, wanted)
    async with watching(flags):
        await until(lambda: (tmp_path / "r.db").exists() and flags._ledger)
        with Ledger.open(tmp_path / "r.db") as ledger:
            for value in ("shadow", "canary 5%", "native"):
                ledger.set(Scope(CLAUDE), Value.parse(value), who="", why="")
                await until(lambda value=value: mode_of(flags) is Value.parse(value).mode)
                assert wanted == ([] if value == "shadow" else ["native"])


async def test_native_is_asked_once_it_listens_and_is_starting_until_then(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as held:
        address = held.getsockname()[:2]
    flags = a_watch(tmp_path, [])
    flags._route.native = Target("native", address)
    with Ledger.open(tmp_path / "r.db") as ledger:
        ledger.set(Scope(CLAUDE), Value.parse("native"), who="", why="")
    async with watching(flags):
        await until(lambda: flags._meeting)
        assert flags._route.handled is None
        async with await asyncio.start_server(lambda _, writer: writer.close(), *address):
            await until(lambda: flags._route.handled)
    assert CLAUDE in flags._route.handled


async def test_a_file_of_flags_is_followed(tmp_path):
    sheet = tmp_path / "flags.yaml"
    flags = a_watch(tmp_path, [], sheet)
    async with watching(flags):
        await until(lambda: flags._ledger)
        sheet.write_text(f"{CLAUDE}: shadow\n")
        await until(lambda: mode_of(flags) is Mode.SHADOW)
        sheet.write_text("not: [a flag\n")
        await asyncio.sleep(0.01)
        assert mode_of(flags) is Mode.SHADOW
        sheet.write_text("{}\n# none any more\n")
        await until(lambda: mode_of(flags) is Mode.LEGACY)


async def test_a_file_does_not_undo_a_roll_back_until_the_hold_is_lifted(tmp_path, caplog):
    sheet = tmp_path / "flags.yaml"
    flags = a_watch(tmp_path, [], sheet)
    async with watching(flags):
        await until(lambda: flags._ledger)
        sheet.write_text(f"{CLAUDE}: native\n")
        await until(lambda: mode_of(flags) is Mode.NATIVE)
        with Ledger.open(tmp_path / "r.db") as ledger:
            (flag,) = ledger.table().flags
            down = Hold(flag.scope, Value(Mode.LEGACY), "native fell", 5.0, build())
            ledger.put_down(flag, down, who="guard")
            await until(lambda: mode_of(flags) is Mode.LEGACY)
            sheet.write_text(f"{CLAUDE}: canary 50%\n")
            await until(lambda: "stays at legacy until `shim flags release`: native fell" in caplog.text)
            assert mode_of(flags) is Mode.LEGACY
            ledger.release(flag.scope, who="ann", why="")
            await until(lambda: mode_of(flags) is Mode.CANARY)


async def test_a_look_that_fails_is_reported_once_and_tried_again(caplog):
    class Failing:
        looks = 0

        async def begin(self):
            pass

        def look(self):
            self.looks += 1
            raise OSError("the disk is gone")

        def end(self):
            pass

    failing = Failing()
    async with watching(failing):
        await until(lambda: failing.looks > 3)
    assert caplog.text.count("the disk is gone") == 1


async def test_files_are_kept_in_step_to_the_very_end(tmp_path):
    user, copy = tmp_path / "config.yaml", tmp_path / "copy.yaml"
    user.write_text("port: 1\ndebug: false\n")
    mirror = Mirror(user, [Copy(copy, Disguise("legacy", 2, None))])
    mirror.begin()
    async with watching(MirrorWatch(mirror, a_route())):
        user.write_text("port: 1\ndebug: true\n")
        await until(lambda: "true" in copy.read_text())
        copy.write_text(copy.read_text() + "last: 1\n")
    assert user.read_text() == "port: 1\ndebug: true\nlast: 1\n"


async def test_without_a_configuration_there_is_nothing_to_follow():
    async with watching(MirrorWatch(None, a_route())):
        await asyncio.sleep(0.005)
