"""Unmodified agents and SDKs against `python -m native` alone, calling tools over several turns, in every pairing."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from agents import AGENTS, run
from scripted import ANSWER

pytestmark = pytest.mark.clients
UPSTREAMS = {"over-compat": "openai", "over-claude": "claude", "over-gemini": "gemini", "over-codex": "codex"}
NATIVE = (sys.executable, "-m", "native")


@pytest.mark.parametrize("model", UPSTREAMS)
@pytest.mark.parametrize("agent", AGENTS)
async def test_an_agent_calls_its_tool_and_says_the_answer(agent, model, programs, provider, start, tmp_path):
    # In parity native is as mute to Codex over Claude as the binary is; the clean dialect speaks.
    dialect = "clean" if (agent, model) == ("codex", "over-claude") else "parity"
    base = await start(*NATIVE, dialect=dialect)
    home = tmp_path / "home"
    home.mkdir()
    said = await AGENTS[agent](programs, base, model, home, provider.folder)
    assert ANSWER in said
    assert [protocol for protocol, _ in provider.seen].count(UPSTREAMS[model]) >= 2


async def test_codex_over_claude_hears_nothing_in_parity_as_on_the_binary(programs, provider, start, tmp_path):
    base = await start(*NATIVE)
    home = tmp_path / "home"
    home.mkdir()
    assert ANSWER not in await AGENTS["codex"](programs, base, "over-claude", home, provider.folder)


@pytest.mark.parametrize("model", UPSTREAMS)
@pytest.mark.parametrize("sdk", ["openai", "anthropic", "genai"])
async def test_an_sdk_calls_its_tool_whole_and_streamed(sdk, model, sdk_python, start, tmp_path):
    base = await start(*NATIVE)
    script = Path(__file__).with_name("sdks.py")
    said = await run([sdk_python, script, sdk, base, model], cwd=tmp_path, HOME=str(tmp_path))
    assert said.count(ANSWER) == 2, said
