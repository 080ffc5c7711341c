"""A stage is a real `shim run` between stand-ins, and leaves nothing behind."""

import pytest

from shim.demo.script import golden
from shim.demo.stage import stage


async def test_a_front_that_does_not_start_says_why(tmp_path):
    with pytest.raises(RuntimeError, match="name either --legacy URL or --legacy-bin PATH"):
        async with stage(tmp_path, golden(), "--legacy", "http://127.0.0.1:1"):
            pass
