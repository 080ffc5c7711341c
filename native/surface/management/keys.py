"""Lists of keys: client keys, and the keys and providers that lead upstream.

Laws: an entry is found by its index, else by what names it; an entry that lost what it cannot be without is removed;
a list of the wrong kind changes nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from native.surface.management import shape
from native.surface.management.call import INVALID, OK, Call, RefusedError, done, route, told
from native.surface.management.kinds import NUMBER, TEXT, TEXTS, Field, Kind, KindError, List, Optional, Shape
from native.surface.routes import Doc, Route

type Json = dict[str, Any]


def read(kind: Kind, value: Any) -> Any:
    """A value of a kind. Raises `RefusedError`."""
    try:
        return kind.read(value, "value", lenient=False)
    except KindError as error:
        raise RefusedError(400, INVALID) from error


def items(kind: Kind, body: Any) -> Any:
    """A list from a body that is it, or has it as `items`. Raises `RefusedError`."""
    if isinstance(body, list) or body is None:
        return read(kind, body)
    found = read(Shape(Field("items", kind)), body)["items"]
    if not found:
        raise RefusedError(400, INVALID)
    return found


# ---- client keys ---------------------------------------------------------------------------------------------------

CHANGE = Shape(*(Field(n, Optional(TEXT)) for n in ("old", "new", "value")), Field("index", Optional(NUMBER)))


def client_keys(call: Call) -> web.Response:
    """`GET /api-keys`."""
    return told({"api-keys": call.desk.settings["api-keys"]})


def put_client_keys(call: Call) -> web.Response:
    """`PUT /api-keys`."""
    keys = items(TEXTS, call.json())
    call.desk.change(lambda settings: settings.update({"api-keys": keys or None}))
    return done()


def patch_client_keys(call: Call) -> web.Response:
    """`PATCH /api-keys`: by index and value, or old by new."""
    body = read(CHANGE, call.bound())
    index, value, old, new = (body[name] for name in ("index", "value", "old", "new"))

    def change(settings: Json) -> None:
        keys = list(settings["api-keys"] or ())
        if index is not None and value is not None and 0 <= index < len(keys):
            keys[index] = value
        elif old is None or new is None:
            raise RefusedError(400, "missing fields")
        elif old in keys:
            keys[keys.index(old)] = new
        else:
            keys.append(new)
        settings["api-keys"] = keys

    call.desk.change(change)
    return done()


def delete_client_key(call: Call) -> web.Response:
    """`DELETE /api-keys?index=` or `?value=`."""

    def change(settings: Json) -> None:
        keys = settings["api-keys"] or []
        index = call.index(len(keys))
        value = call.query("value").strip()
        if index is not None:
            settings["api-keys"] = keys[:index] + keys[index + 1 :]
        elif value:
            settings["api-keys"] = [key for key in keys if key.strip() != value]
        else:
            raise RefusedError(400, "missing index or value")

    call.desk.change(change)
    return done()


# ---- keys that lead upstream ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KeyList:
    """One list of entries.

    Attributes:
        name: The setting.
        entry: What an entry is.
        clean: What becomes of the list.
        normal: What becomes of an entry that a client sends.
        vital: What an entry cannot be without: emptied, it is removed.
        known_by: The field that names an entry, in the file and in the query.
        match: The field of a PATCH that names it.
        patchable: What a PATCH may change.
        strict: Whether an unknown name is refused where an entry is to be removed.
        nameable: Whether an empty name finds an entry without one.
    """

    name: str
    entry: Shape
    clean: Callable[[list[Json] | None], list[Json] | None]
    normal: Callable[[Json], Json]
    vital: tuple[str, ...] = ()
    known_by: str = "api-key"
    match: str = "match"
    patchable: tuple[str, ...] = ("api-key", "prefix", "base-url", "proxy-url", "models", "headers", "excluded-models")
    strict: bool = False
    nameable: bool = True

    @property
    def patch(self) -> Shape:
        """What a PATCH is."""
        kinds: Mapping[str, Kind] = {field.name: field.kind for field in self.entry.fields}
        wanted = Shape(*(Field(name, Optional(kinds[name])) for name in self.patchable))
        named = (Field("index", Optional(NUMBER)), Field(self.match, Optional(TEXT)))
        return Shape(*named, Field("value", Optional(wanted)))

    def doc(self, method: str) -> Doc:
        """What a method takes and gives."""
        entries = List(self.entry)
        docs = {
            "GET": Doc(gives=Shape(Field(self.name, entries))),
            "PUT": Doc(either(entries), OK),
            "PATCH": Doc(self.patch, OK),
            "DELETE": Doc(gives=OK, query=(self.known_by, "index")),
        }
        return docs[method]


def _either(model: Json) -> Any:
    return model["name"] or model["alias"]


def _both(model: Json) -> Any:
    return model["name"] and model["alias"]


def normal_claude(entry: Json) -> Json:
    """A Claude key, cleaned."""
    found = shape.trimmed(entry, "api-key", "base-url", "proxy-url")
    return {**_listed(found), "models": shape.models(found["models"], _either)}


def normal_codex(entry: Json) -> Json:
    """A Codex key, cleaned."""
    found = shape.trimmed(entry, "api-key", "prefix", "base-url", "proxy-url")
    return {**_listed(found), "models": shape.models(found["models"], _either)}


def normal_vertex(entry: Json) -> Json:
    """A Vertex key, cleaned."""
    found = shape.trimmed(entry, "api-key", "prefix", "base-url", "proxy-url")
    return {**_listed(found), "models": shape.models(found["models"], _both)}


def normal_compatible(entry: Json) -> Json:
    """A provider, cleaned."""
    found = shape.trimmed(entry, "base-url")
    keys = found["api-key-entries"]
    found["api-key-entries"] = keys and [shape.trimmed(key, "api-key") for key in keys]
    return {**found, "headers": shape.headers(found["headers"])}


def _listed(entry: Json) -> Json:
    clean = {"headers": shape.headers(entry["headers"]), "excluded-models": shape.excluded(entry["excluded-models"])}
    return {**entry, **clean}


def _as_it_is(entry: Json) -> Json:
    return entry


LISTS = (
    KeyList(
        "gemini-api-key",
        shape.GEMINI,
        shape.gemini_keys,
        _as_it_is,
        ("api-key",),
        patchable=("api-key", "prefix", "base-url", "proxy-url", "headers", "excluded-models"),
        strict=True,
        nameable=False,
    ),
    KeyList("claude-api-key", shape.CLAUDE, shape.claude_keys, normal_claude),
    KeyList("codex-api-key", shape.CODEX, shape.addressed, normal_codex, ("base-url",)),
    KeyList("vertex-api-key", shape.VERTEX, shape.vertex_keys, normal_vertex, ("api-key", "base-url"), nameable=False),
    KeyList(
        "openai-compatibility",
        shape.COMPATIBLE,
        shape.addressed,
        normal_compatible,
        ("base-url",),
        known_by="name",
        match="name",
        patchable=("name", "prefix", "base-url", "api-key-entries", "models", "headers"),
    ),
)


def _shown(keys: KeyList, call: Call) -> web.Response:
    entries = call.desk.settings[keys.name]
    if keys.name == "openai-compatibility":
        entries = [normal_compatible(entry) for entry in entries or ()] or None
    return told({keys.name: List(keys.entry).write(entries, nulls=True)})


def _put(keys: KeyList, call: Call) -> web.Response:
    entries = items(List(keys.entry), call.json())
    normal = [keys.normal(entry) for entry in entries or ()]
    if keys.name == "vertex-api-key":
        for at, entry in enumerate(normal):
            if not entry["api-key"]:
                raise RefusedError(400, f"vertex-api-key[{at}].api-key is required")
    # An emptied list is none at all, but for those that the legacy filters into a new one.
    none = entries is None if keys.name == "claude-api-key" else not normal and not keys.nameable
    found = None if none else keys.clean(normal)
    call.desk.change(lambda settings: settings.update({keys.name: found}))
    return done()


def _patch(keys: KeyList, call: Call) -> web.Response:
    body = read(keys.patch, call.bound())
    value = body["value"]
    if value is None:
        raise RefusedError(400, INVALID)

    def change(settings: Json) -> None:
        entries = list(settings[keys.name] or ())
        at = _place(keys, entries, body)
        changed = dict(entries[at])
        for name, new in value.items():
            if new is not None:
                changed[name] = new.strip() if isinstance(new, str) else new
            if new is not None and name in keys.vital and not changed[name]:
                del entries[at]
                settings[keys.name] = keys.clean(entries)
                return
        changed["headers"] = shape.headers(changed["headers"])
        if "excluded-models" in changed:
            changed["excluded-models"] = shape.excluded(changed["excluded-models"])
        entries[at] = keys.normal(changed)
        settings[keys.name] = keys.clean(entries)

    call.desk.change(change)
    return done()


def _place(keys: KeyList, entries: list[Json], body: Json) -> int:
    if body["index"] is not None and 0 <= body["index"] < len(entries):
        return int(body["index"])
    if body[keys.match] is not None:
        name = body[keys.match].strip()
        for at, entry in enumerate(entries):
            if entry[keys.known_by] == name and (name or keys.nameable):
                return at
    raise RefusedError(404, "item not found")


def _delete(keys: KeyList, call: Call) -> web.Response:
    name = call.query(keys.known_by)
    if not keys.nameable:
        name = name.strip()

    def change(settings: Json) -> None:
        entries = settings[keys.name] or []
        if name:
            left = [entry for entry in entries if entry[keys.known_by] != name]
            if keys.strict and len(left) == len(entries):
                raise RefusedError(404, "item not found")
        else:
            index = call.index(len(entries))
            if index is None:
                raise RefusedError(400, f"missing {keys.known_by} or index")
            left = entries[:index] + entries[index + 1 :]
        settings[keys.name] = keys.clean(left)

    call.desk.change(change)
    return done()


def _of(act: Callable[[KeyList, Call], web.Response], keys: KeyList) -> Callable[[Call], web.Response]:
    return lambda call: act(keys, call)


def either(kind: Kind) -> tuple[Kind, Shape]:
    """What a list may be sent as: itself, or as `items`."""
    return kind, Shape(Field("items", kind))


KEYS = Doc(gives=Shape(Field("api-keys", TEXTS)))
METHODS = (("GET", _shown), ("PUT", _put), ("PATCH", _patch), ("DELETE", _delete))

ROUTES: list[Route] = [
    route("GET", "/api-keys", client_keys, KEYS),
    route("PUT", "/api-keys", put_client_keys, Doc(either(TEXTS), OK)),
    route("PATCH", "/api-keys", patch_client_keys, Doc(CHANGE, OK)),
    route("DELETE", "/api-keys", delete_client_key, Doc(gives=OK, query=("index", "value"))),
    *(route(method, f"/{keys.name}", _of(act, keys), keys.doc(method)) for keys in LISTS for method, act in METHODS),
]
