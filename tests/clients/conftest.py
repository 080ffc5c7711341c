"""Programs and SDKs installed once in a folder of their own, a scripted provider, and servers to point them at."""

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from aiohttp import web

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from scripted import Scripted, configuration

ROOT = HERE.parents[1]
PROGRAMS = HERE / ".programs"
NPM = ("@anthropic-ai/claude-code", "@openai/codex", "@google/gemini-cli")
SDKS = ("openai", "anthropic", "google-genai")


@pytest.fixture(scope="session")
def programs():
    """The agents' programs from npm."""
    if not (PROGRAMS / "node_modules" / ".bin" / "gemini").exists():
        npm = shutil.which("npm")
        assert npm, "npm is needed to install the agents' programs"
        PROGRAMS.mkdir(exist_ok=True)
        (PROGRAMS / "package.json").write_text("{}")
        subprocess.run([npm, "install", "--no-audit", "--no-fund", *NPM], cwd=PROGRAMS, check=True)
    return PROGRAMS / "node_modules" / ".bin"


@pytest.fixture(scope="session")
def sdk_python():
    """A Python with the official SDKs and nothing of ours."""
    python = PROGRAMS / "sdks" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PROGRAMS / "sdks")], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *SDKS], check=True)
    return python


def free_port():
    import socket

    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture
async def provider(tmp_path):
    """The scripted provider, listening; `port` and `folder` are on it."""
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "note.txt").write_text("nothing to see")
    found = Scripted(tmp_path / "work")
    runner = web.AppRunner(found.application())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.port = site._server.sockets[0].getsockname()[1]
    yield found
    await runner.cleanup()


@pytest.fixture
async def start(tmp_path, provider):
    """start(command, dialect=...) -> the base address of a server on a configuration of its own."""
    running = []

    async def begin(*command, dialect="parity", **environment):
        port = free_port()
        home = tmp_path / f"server-{len(running)}"
        (home / "auth").mkdir(parents=True)
        (home / "config.yaml").write_text(
            yaml.safe_dump({**configuration(port, provider.port, home / "auth"), "dialect": dialect})
        )
        log = (home / "log").open("wb")
        process = subprocess.Popen(
            [
                *command,
                "--config",
                str(home / "config.yaml"),
                *([] if "run" in command else ["--local-model", "--no-browser"]),
            ],
            cwd=ROOT,
            env={**os.environ, "NO_PROXY": "127.0.0.1", "HOME": str(home), **environment},
            stdout=log,
            stderr=log,
        )
        running.append((process, log))
        for _ in range(400):
            assert process.poll() is None, (home / "log").read_text()[-2000:]
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                break
        await asyncio.sleep(2)  # the binary listens before its models are registered
        return f"http://127.0.0.1:{port}"

    yield begin
    for process, log in running:
        process.terminate()
        process.wait(30)
        log.close()
