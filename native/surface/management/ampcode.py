"""Amp's settings that are lists: which models stand in for others, and which keys lead to which of Amp's."""

from typing import Any

from aiohttp import web

from native.surface.management import shape
from native.surface.management.call import INVALID, OK, Call, RefusedError, done, route, told
from native.surface.management.keys import read
from native.surface.management.kinds import TEXTS, Field, List, Shape
from native.surface.routes import Doc

type Json = dict[str, Any]

MAPPINGS = Shape(Field("value", List(shape.AMP_MAPPING)))
KEYS = Shape(Field("value", List(shape.AMP_KEYS)))
NAMES = Shape(Field("value", TEXTS))


def whole(call: Call) -> web.Response:
    """`GET /ampcode`."""
    return told({"ampcode": shape.AMP.write(call.desk.settings["ampcode"], nulls=True)})


def mappings(call: Call) -> web.Response:
    """`GET /ampcode/model-mappings`."""
    found = call.desk.settings["ampcode"]["model-mappings"]
    return told({"model-mappings": List(shape.AMP_MAPPING).write(found, nulls=True)})


def put_mappings(call: Call) -> web.Response:
    """`PUT /ampcode/model-mappings`."""
    found = read(MAPPINGS, call.bound())["value"]
    call.desk.change(lambda settings: settings["ampcode"].update({"model-mappings": found}))
    return done()


def patch_mappings(call: Call) -> web.Response:
    """`PATCH /ampcode/model-mappings`: replaced by `from`, or added."""
    new = read(MAPPINGS, call.bound())["value"] or []

    def change(settings: Json) -> None:
        held = list(settings["ampcode"]["model-mappings"] or ())
        places = {mapping["from"].strip(): at for at, mapping in enumerate(held)}
        for mapping in new:
            at = places.setdefault(mapping["from"].strip(), len(held))
            held[at : at + 1] = [mapping]
        if held:
            settings["ampcode"]["model-mappings"] = held

    call.desk.change(change)
    return done()


def delete_mappings(call: Call) -> web.Response:
    """`DELETE /ampcode/model-mappings`: those named by `from`, or all."""
    try:
        names = read(NAMES, call.bound())["value"]
    except RefusedError:
        names = None
    gone = {name.strip() for name in names or ()}

    def change(settings: Json) -> None:
        held = settings["ampcode"]["model-mappings"] or []
        left = [mapping for mapping in held if mapping["from"].strip() not in gone]
        settings["ampcode"]["model-mappings"] = left if gone else None

    call.desk.change(change)
    return done()


def keys(call: Call) -> web.Response:
    """`GET /ampcode/upstream-api-keys`."""
    found = call.desk.settings["ampcode"]["upstream-api-keys"]
    return told({"upstream-api-keys": List(shape.AMP_KEYS).write(found, nulls=True)})


def _entry(given: Json) -> Json:
    clients = [key for key in (k.strip() for k in given["api-keys"] or ()) if key]
    return {"upstream-api-key": given["upstream-api-key"].strip(), "api-keys": clients or None}


def _entries(given: list[Json] | None) -> list[Json]:
    return [entry for entry in map(_entry, given or ()) if entry["upstream-api-key"]]


def put_keys(call: Call) -> web.Response:
    """`PUT /ampcode/upstream-api-keys`."""
    found = _entries(read(KEYS, call.bound())["value"]) or None
    call.desk.change(lambda settings: settings["ampcode"].update({"upstream-api-keys": found}))
    return done()


def patch_keys(call: Call) -> web.Response:
    """`PATCH /ampcode/upstream-api-keys`: replaced by Amp's key, or added."""
    new = _entries(read(KEYS, call.bound())["value"])

    def change(settings: Json) -> None:
        held = list(settings["ampcode"]["upstream-api-keys"] or ())
        places = {entry["upstream-api-key"].strip(): at for at, entry in enumerate(held)}
        for entry in new:
            at = places.setdefault(entry["upstream-api-key"], len(held))
            held[at : at + 1] = [entry]
        if held:
            settings["ampcode"]["upstream-api-keys"] = held

    call.desk.change(change)
    return done()


def delete_keys(call: Call) -> web.Response:
    """`DELETE /ampcode/upstream-api-keys`: those named; an empty list means all."""
    body = call.bound()
    names = read(NAMES, body)["value"]
    if names is None:
        raise RefusedError(400, "missing value" if isinstance(body, dict) or body is None else INVALID)
    gone = {name.strip() for name in names} - {""}
    if names and not gone:
        raise RefusedError(400, "empty value")

    def change(settings: Json) -> None:
        held = settings["ampcode"]["upstream-api-keys"] or []
        left = [entry for entry in held if entry["upstream-api-key"].strip() not in gone]
        settings["ampcode"]["upstream-api-keys"] = left if gone else None

    call.desk.change(change)
    return done()


ROUTES = [
    route("GET", "/ampcode", whole, Doc(gives=Shape(Field("ampcode", shape.AMP)))),
    route(
        "GET", "/ampcode/model-mappings", mappings, Doc(gives=Shape(Field("model-mappings", List(shape.AMP_MAPPING))))
    ),
    route("PUT", "/ampcode/model-mappings", put_mappings, Doc(MAPPINGS, OK)),
    route("PATCH", "/ampcode/model-mappings", patch_mappings, Doc(MAPPINGS, OK)),
    route("DELETE", "/ampcode/model-mappings", delete_mappings, Doc(NAMES, OK)),
    route(
        "GET", "/ampcode/upstream-api-keys", keys, Doc(gives=Shape(Field("upstream-api-keys", List(shape.AMP_KEYS))))
    ),
    route("PUT", "/ampcode/upstream-api-keys", put_keys, Doc(KEYS, OK)),
    route("PATCH", "/ampcode/upstream-api-keys", patch_keys, Doc(KEYS, OK)),
    route("DELETE", "/ampcode/upstream-api-keys", delete_keys, Doc(NAMES, OK)),
]
