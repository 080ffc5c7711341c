"""Answers as JSON."""

import json
from typing import Any

import orjson
from aiohttp import web


def dump(value: Any) -> bytes:
    """JSON; what orjson has no way to write (a lone surrogate, a huge integer) is written escaped."""
    try:
        return orjson.dumps(value, default=str)
    except TypeError:
        return json.dumps(value, default=str).encode()


def said(value: Any) -> web.Response:
    """An answer."""
    return web.Response(body=dump(value), content_type="application/json")
