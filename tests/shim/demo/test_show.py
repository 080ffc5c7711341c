"""The demo runs to its end on this machine: traffic, a flip, a difference found."""

import asyncio
import sys
from pathlib import Path


async def test_the_demo_shows_the_table_the_flip_and_a_difference():
    root = Path(__file__).parents[3]
    command = [sys.executable, "-m", "shim", "demo", "--exchanges", "24"]
    process = await asyncio.create_subprocess_exec(*command, cwd=root, stdout=asyncio.subprocess.PIPE)
    out, _ = await asyncio.wait_for(process.communicate(), 120)
    said = out.decode()
    assert process.returncode == 0, said
    assert "flipped to native while traffic flowed" in said
    assert "Howdy" in said
    assert "0 of them wrong" in said
