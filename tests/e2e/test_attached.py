"""Attached to a binary that is somebody else's: native takes the port, and renews when its owner has ended it."""

import asyncio
import os
import sys
from contextlib import closing

import pytest
import yaml

from shim.cutover.log import CutoverLog
from shim.cutover.phases import Phase
from shim.run.keeper import answers
from shim.run.places import DATABASE, RENEWALS
from shim.run.ports import free
from shim.store.connection import connect


async def shim(*words):
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "shim", *words), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    return out.decode()


async def until(found):
    async with asyncio.timeout(60):
        while not (result := await found()):  # noqa: ASYNC110  # it is another process that it happens in
            await asyncio.sleep(0.1)
        return result


@pytest.mark.slow
async def test_the_binarys_owner_ends_it_and_only_then_native_renews(tmp_path):
    (tmp_path / "auth").mkdir()
    port, binary_port = free(0), free(0)
    config = tmp_path / "config.yaml"
    config.write_text(yaml.safe_dump({"port": binary_port, "auth-dir": str(tmp_path / "auth")}))
    data = ("--data-dir", str(tmp_path / "data"))

    async def binary():
        command = (sys.executable, "-m", "shim.demo.simulated", "--config", str(config))
        process = await asyncio.create_subprocess_exec(*command, env=dict(os.environ))
        await until(lambda: answers(("127.0.0.1", binary_port)))
        return process

    theirs = await binary()
    run = ("run", "--legacy", f"http://127.0.0.1:{binary_port}", "--config", str(config), "--port", str(port))
    ours = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "shim", *run, *data, "--no-tap", "--no-page", "--drain", "1")
    )
    try:
        await until(lambda: answers(("127.0.0.1", port)))
        assert "end the binary now" in await shim("cutover", "--apply", "--force", "a test", "--wait", "20", *data)
        assert (tmp_path / "data" / RENEWALS).read_text() == "legacy"
        theirs.terminate()
        await theirs.wait()
        with closing(connect(tmp_path / "data" / DATABASE)) as sql:

            async def sealed():
                return CutoverLog(sql).now().phase is Phase.SEALED

            await until(sealed)

        async def natives():
            return (tmp_path / "data" / RENEWALS).read_text() == "native"

        await until(natives)
        theirs = await binary()
        assert "serve again" in await shim("cutover", "--undo", *data)
        assert await answers(("127.0.0.1", port))
    finally:
        for process in (ours, theirs):
            if process.returncode is None:
                process.terminate()
                await process.wait()
