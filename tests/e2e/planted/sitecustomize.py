"""A fault planted into native, for every process that is started with this folder on its path.

It is there while the file that E2E_FAULT names says so, `errors` or `differences`, and makes another build of native:
with the file empty it is mended.
"""

import functools
import os
import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import PathFinder
from pathlib import Path

FILE = Path(os.environ.get("E2E_FAULT", os.devnull))


def fault() -> str:
    try:
        return FILE.read_text().strip()
    except OSError:
        return ""


def into_chat(module) -> None:
    """Fail before the first byte, or say something else in a whole answer."""

    def planted(whole_or_stream):
        @functools.wraps(whole_or_stream)
        async def answer(*given, **named):
            if fault() == "errors":
                raise RuntimeError("planted")
            response = await whole_or_stream(*given, **named)
            if fault() == "differences" and isinstance(getattr(response, "body", None), bytes):
                response.body = response.body.replace(b'"assistant"', b'"assistance"')
            return response

        return answer

    module.at_once, module.streaming = planted(module.at_once), planted(module.streaming)


def into_build(module) -> None:
    """Native with a fault is another build than native without."""
    module.build = lambda: f"planted+{fault() or 'mended'}"


PLANTS = {"native.surface.chat": into_chat, "shim.build": into_build}


class Planter(MetaPathFinder):
    def find_spec(self, fullname, path=None, target=None):
        plant = PLANTS.get(fullname)
        if plant is None or (spec := PathFinder.find_spec(fullname, path, target)) is None:
            return None
        execute = spec.loader.exec_module

        def planted(module):
            execute(module)
            plant(module)

        spec.loader.exec_module = planted
        return spec


sys.meta_path.insert(0, Planter())
