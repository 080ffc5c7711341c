"""How each agent is pointed at a server and asked one question; what it prints is what a user would see."""

import asyncio
import json
import os

PATIENCE = 120


async def run(command, *, cwd, **environment):
    """Run a program; its output, whatever its status."""
    base = {"PATH": os.environ["PATH"], "NO_PROXY": "127.0.0.1", "CI": "1"}
    process = await asyncio.create_subprocess_exec(
        *map(str, command),
        cwd=cwd,
        env={**base, **environment},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        out, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    except TimeoutError:
        process.kill()
        out, _ = await process.communicate()
        out += b"\n(it did not end)"
    return out.decode("utf-8", "replace")


async def claude(programs, base, model, home, work):
    """Claude Code."""
    environment = {
        "HOME": str(home),
        "ANTHROPIC_BASE_URL": base,
        "ANTHROPIC_API_KEY": "sk-client-1",
        "ANTHROPIC_MODEL": model,
        "ANTHROPIC_SMALL_FAST_MODEL": model,
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
    }
    ask = ("-p", "Read note.txt, then say the answer.", "--model", model, "--allowedTools", "Read")
    return await run([programs / "claude", *ask], cwd=work, **environment)


async def codex(programs, base, model, home, work):
    """Codex."""
    provider = f'model_providers.lab={{name="lab",base_url="{base}/v1",env_key="LAB_KEY",wire_api="responses"}}'
    settings = ("-c", 'model_provider="lab"', "-c", f'model="{model}"', "-c", provider)
    ask = ("exec", "--skip-git-repo-check", "-s", "read-only", *settings, "What is the answer?")
    return await run([programs / "codex", *ask], cwd=work, HOME=str(home), LAB_KEY="sk-client-1")


async def gemini(programs, base, model, home, work):
    """Gemini CLI."""
    settings = {
        "security": {"auth": {"selectedType": "gemini-api-key"}},
        "general": {"disableAutoUpdate": True},
        "privacy": {"usageStatisticsEnabled": False},
        "telemetry": {"enabled": False},
    }
    (home / ".gemini").mkdir(exist_ok=True)
    (home / ".gemini" / "settings.json").write_text(json.dumps(settings))
    environment = {"HOME": str(home), "GEMINI_API_KEY": "sk-client-1", "GOOGLE_GEMINI_BASE_URL": base}
    ask = ("-p", "Read note.txt, then say the answer.", "-m", model, "--yolo", "--skip-trust")
    return await run([programs / "gemini", *ask], cwd=work, **environment)


AGENTS = {"claude": claude, "codex": codex, "gemini": gemini}
