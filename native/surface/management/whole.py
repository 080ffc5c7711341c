"""The configuration as a whole: as JSON, and the very file."""

from aiohttp import web

from native.surface.management import shape
from native.surface.management.call import Call, RefusedError, route, told
from native.surface.management.kinds import SWITCH, TEXTS, Field, Shape
from native.surface.routes import CORS, Doc


def config(call: Call) -> web.Response:
    """`GET /config`: without addresses, ports, folders and the management key."""
    return told(shape.CONFIG.write(call.desk.settings, nulls=True))


def config_yaml(call: Call) -> web.Response:
    """`GET /config.yaml`: the file as it is."""
    file = call.service.stores.config_file
    try:
        text = file.read_bytes() if file else b""
    except FileNotFoundError:
        file = None
    except OSError as error:
        raise RefusedError(500, "read_failed", message=str(error)) from error
    if file is None:
        raise RefusedError(404, "not_found", message="config file not found")
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    kind = {"Content-Type": "application/yaml; charset=utf-8"}
    return web.Response(body=text, headers={**CORS, **headers, **kind})


def put_config_yaml(call: Call) -> web.Response:
    """`PUT /config.yaml`: another file in its place."""
    call.desk.replace(call.raw)
    return told({"ok": True, "changed": ["config"]})


CHANGED = Shape(Field("ok", SWITCH), Field("changed", TEXTS))

ROUTES = [
    route("GET", "/config", config, Doc(gives=shape.CONFIG)),
    route("GET", "/config.yaml", config_yaml, Doc(media="application/yaml")),
    route("PUT", "/config.yaml", put_config_yaml, Doc("Yaml", CHANGED)),
]
