"""Unmodified agents and SDKs through the front with the real binary behind it: legacy, shadow and native."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from agents import AGENTS, run
from scripted import ANSWER

pytestmark = [pytest.mark.clients, pytest.mark.legacy]
SHIM = (sys.executable, "-m", "shim")
OWN = {"claude": "over-claude", "codex": "over-codex", "gemini": "over-gemini"}


@pytest.fixture
async def front(start, tmp_path):
    """front(mode) -> the address of `shim run` with every flag in that mode."""

    async def begin(mode):
        data = tmp_path / "data"
        binary = os.environ["SHIM_LEGACY_BIN"]
        subprocess.run([*SHIM, "flags", "--data-dir", str(data), "set", "*", mode], check=True)
        more = ["--native"] if mode == "native" else []
        return await start(*SHIM, "run", "--legacy-bin", binary, "--data-dir", str(data), *more)

    return begin


@pytest.mark.parametrize("mode", ["legacy", "shadow", "native"])
@pytest.mark.parametrize("agent", AGENTS)
async def test_an_agent_answers_through_the_front(agent, mode, programs, provider, front, tmp_path):
    base = await front(mode)
    home = tmp_path / "home"
    home.mkdir()
    assert ANSWER in await AGENTS[agent](programs, base, OWN[agent], home, provider.folder)


@pytest.mark.parametrize("mode", ["legacy", "shadow", "native"])
@pytest.mark.parametrize(
    ("sdk", "model"), [("openai", "over-compat"), ("anthropic", "over-claude"), ("genai", "over-gemini")]
)
async def test_an_sdk_answers_through_the_front(sdk, model, mode, sdk_python, front, tmp_path):
    base = await front(mode)
    script = Path(__file__).with_name("sdks.py")
    said = await run([sdk_python, script, sdk, base, model], cwd=tmp_path, HOME=str(tmp_path))
    assert said.count(ANSWER) == 2, said
