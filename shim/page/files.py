"""The files that the page is made of: written by hand, served as they are.

Law: what can be asked for is known before the first request, so that no name leads anywhere else.
"""

from functools import cache
from pathlib import Path

from aiohttp import web

STATIC = Path(__file__).with_name("static")
KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@cache
def files() -> dict[str, tuple[bytes, str]]:
    """Every file by its name: what it holds, and of which kind it is."""
    return {each.name: (each.read_bytes(), KINDS[each.suffix]) for each in STATIC.iterdir() if each.suffix in KINDS}


def served(name: str) -> web.Response:
    """A file as an answer. Raises HTTPNotFound."""
    found = files().get(name)
    if found is None:
        raise web.HTTPNotFound(reason="there is no such file")
    return web.Response(body=found[0], content_type=found[1], charset="utf-8")
