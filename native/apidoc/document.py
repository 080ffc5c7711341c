"""The document itself: endpoints to operations.

Law: what is said of an endpoint comes from its declaration: its path, its parts, who may ask, what it takes and gives.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

import orjson

from native.apidoc.kinds import given, taken
from native.apidoc.protocols import MEDIA, SCHEMAS
from native.surface.management.kinds import Kind
from native.surface.routes import Doc, Route

type Json = dict[str, Any]

JSON, EVENTS, FORM = "application/json", "text/event-stream", "multipart/form-data"
BODILESS = frozenset({"get", "head", "delete"})
CLIENT_KEYS: dict[str, Json] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "a client key"},
    "googleKey": {"type": "apiKey", "in": "header", "name": "X-Goog-Api-Key"},
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
    "queryKey": {"type": "apiKey", "in": "query", "name": "key"},
    "queryToken": {"type": "apiKey", "in": "query", "name": "auth_token"},
}
"""Where a client may put its key."""
OWNER_KEYS: dict[str, Json] = {
    "managementBearer": {"type": "http", "scheme": "bearer", "description": "the management key"},
    "managementKey": {"type": "apiKey", "in": "header", "name": "X-Management-Key"},
}
"""Where the owner may."""
MANAGEMENT = "management"


def document(routes: Iterable[Route]) -> Json:
    """Every endpoint, as OpenAPI 3.1."""
    paths: dict[str, Json] = {}
    for route in routes:
        path, parts = path_of(route.path)
        item = paths.setdefault(path, {"parameters": [_part(name) for name in parts]} if parts else {})
        item[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "native", "version": "1", "description": "A gateway for coding agents."},
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": SCHEMAS, "securitySchemes": CLIENT_KEYS | OWNER_KEYS},
    }


@cache
def bytes_of(routes: tuple[Route, ...]) -> bytes:
    """The document as it is sent."""
    return orjson.dumps(document(routes))


def path_of(path: str) -> tuple[str, list[str]]:
    """A declared path as a template, and the names of its parts."""
    parts, names = [], []
    for part in path.split("/"):
        before, colon, name = part.partition(":")
        if part.startswith("*"):
            before, colon, name = "", "*", part[1:]
        if not colon:
            parts.append(part)
            continue
        # What stands behind fixed letters keeps its colon: it belongs to the address.
        parts.append(f"{before}:{{{name}}}" if before else f"{{{name}}}")
        names.append(name)
    return "/".join(parts), names


def _part(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def _operation(route: Route) -> Json:
    doc, method = route.doc, route.method.lower()
    answers: Json = {"200": _answer(doc)}
    if route.family == MANAGEMENT:
        answers["207"] = {"description": "some of it was done", "content": _content(JSON, {"type": "object"})}
    for status in ("3XX", "4XX", "5XX"):
        answers[status] = {"description": _DESCRIPTIONS[status], "content": _REFUSED if status != "3XX" else {}}
    if doc.media:
        answers["404"] = {"description": "there is none"}
    found: Json = {
        "operationId": f"{method}{route.path.replace('/', '_')}".replace(":", "").replace("*", ""),
        "tags": [route.family or "models"],
        "security": _security(route),
        "responses": answers,
    }
    if doc.query:
        found["parameters"] = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in doc.query]
    if body := _body(doc):
        found["requestBody"] = {"content": body, "required": method not in BODILESS}
    return found


_DESCRIPTIONS = {"3XX": "it is elsewhere", "4XX": "refused", "5XX": "it could not be done"}


def _content(media: str, schema: Json) -> Json:
    return {media: {"schema": schema}}


_EVENT: Json = {
    "type": "object",
    "properties": {"event": {"type": "string"}, "data": {"type": "string"}, "retry": {"type": "integer"}},
}
"""What one event of a stream may say."""
_REFUSED = _content(JSON, {"$ref": "#/components/schemas/Error"}) | _content("text/plain", {"type": "string"})


def _security(route: Route) -> list[Json]:
    if route.family == MANAGEMENT:
        return [{name: []} for name in OWNER_KEYS]
    return [{name: []} for name in CLIENT_KEYS] if route.keyed else []


def _schema(said: object, kinds: Any) -> Json:
    match said:
        case str():
            return {"$ref": f"#/components/schemas/{said}"}
        case Kind():
            found: Json = kinds(said)
            return found
        case tuple():
            return {"anyOf": [_schema(one, kinds) for one in said]}
        case _:
            return {}


def _body(doc: Doc) -> Json:
    found: Json = {}
    if doc.takes is not None:
        media = MEDIA.get(doc.takes, JSON) if isinstance(doc.takes, str) else JSON
        found |= _content(media, _schema(doc.takes, taken))
    if doc.form:
        file, *fields = doc.form
        parts = {file: {"type": "string", "contentMediaType": "application/octet-stream"}}
        parts |= {name: {"type": "string"} for name in fields}
        found |= _content(FORM, {"type": "object", "properties": parts, "required": [file]})
    return found


def _answer(doc: Doc) -> Json:
    if doc.media:
        # What is text by its kind is one; a document in YAML or whatever a provider says is what it is.
        text: Json = {"type": "string"} if doc.media.startswith("text/") else {}
        content = _content(doc.media, _EVENT if doc.media == EVENTS else text)
    else:
        content = _content(JSON, _schema(doc.gives, given))
    if doc.streams:
        content |= _content(EVENTS, _EVENT)
    return {"description": "done", "content": content}
