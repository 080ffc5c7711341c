"""Log-ins as files: listed, sent up, fetched, switched off and removed.

Laws: a name is one name inside the folder of log-ins, never a path, and never leads out of it by a link; what a file is
sent to hold is JSON or it is not written; a change takes effect before it is answered.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web

from native.credentials import writing
from native.credentials.account import account_of, index_of
from native.credentials.credential import Credential
from native.credentials.files import UNKNOWN, claims
from native.credentials.writing import safe
from native.surface.management.call import OK, Call, RefusedError, route, told
from native.surface.management.form import form_of
from native.surface.management.keys import read
from native.surface.management.kinds import NUMBER, SWITCH, TEXT, TEXTS, Field, KindError, List, Optional, Shape
from native.surface.management.reading import FaultError, an_object
from native.surface.routes import CORS, Doc
from native.wire.loose import get

type Json = dict[str, Any]

STATUS = Shape(Field("name", TEXT), Field("disabled", Optional(SWITCH)))
FIELDS = Shape(
    Field("name", TEXT),
    Field("prefix", Optional(TEXT)),
    Field("proxy_url", Optional(TEXT)),
    Field("priority", Optional(NUMBER)),
    Field("note", Optional(TEXT)),
)
NAMES = Shape(Field("name", TEXT), Field("names", TEXTS))
NOT_FOUND = "auth file not found"
MUST_BE_JSON = "file must be .json"
CLAIMS = {
    "chatgpt_account_id": "chatgpt_account_id",
    "chatgpt_plan_type": "plan_type",
    "chatgpt_subscription_active_start": "chatgpt_subscription_active_start",
    "chatgpt_subscription_active_until": "chatgpt_subscription_active_until",
}
"""What a Codex token says of its owner's subscription, and what a list calls it."""


def stamp(seconds: float) -> str:
    """A time as lists show it."""
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds").removesuffix("+00:00")
    return text.rstrip("0").rstrip(".") + "Z"


# ---- names ---------------------------------------------------------------------------------------------------------


def _named(call: Call) -> str:
    name = call.query("name").strip()
    if not safe(name) and name not in {".", ".."}:
        raise RefusedError(400, "invalid name")
    if not name.lower().endswith(".json"):
        raise RefusedError(400, "name must end with .json")
    return name


def _inside(folder: Path, name: str) -> Path:
    """A file's place; a link that leads out of the folder is as if there were no file."""
    path = folder / name
    if path.is_symlink() and not path.resolve().is_relative_to(folder.resolve()):
        raise RefusedError(404, "file not found")
    return path


# ---- reading -------------------------------------------------------------------------------------------------------


def _entry(credential: Credential) -> Json | None:
    path = credential.attributes.get("path", "")
    virtual = credential.attributes.get("runtime_only") == "true"
    if (virtual and credential.disabled) or not (path or virtual):
        return None
    entry: Json = {
        "id": credential.id,
        "auth_index": index_of(credential),
        "name": credential.id,
        "type": credential.provider,
        "provider": credential.provider,
        "label": credential.label,
        "status": credential.status,
        "status_message": credential.message,
        "disabled": credential.disabled,
        "unavailable": credential.unavailable,
        "runtime_only": virtual,
        "source": "file" if path else "memory",
        "size": 0,
        "created_at": stamp(credential.created_at),
        "modtime": stamp(credential.updated_at),
        "updated_at": stamp(credential.updated_at),
    }
    email = credential.metadata.get("email")
    kind, account = account_of(credential)
    more = {"email": email.strip() if isinstance(email, str) else "", "account_type": kind, "account": account}
    entry |= {name: value for name, value in more.items() if value}
    if credential.retry_at:
        entry["next_retry_after"] = stamp(credential.retry_at)
    if path:
        entry["path"] = path
        try:
            found = Path(path).stat()
        except OSError:
            if credential.disabled and not virtual:
                return None
            entry["source"] = "memory"
        else:
            entry |= {"size": found.st_size, "modtime": stamp(found.st_mtime)}
    if claims := _claims(credential):
        entry["id_token"] = claims
    if credential.priority:
        entry["priority"] = credential.priority
    if note := credential.attributes.get("note"):
        entry["note"] = note
    return entry


def _claims(credential: Credential) -> Json:

    token = credential.metadata.get("id_token")
    if credential.provider != "codex" or not isinstance(token, str):
        return {}
    found = claims(token.strip())
    said = {shown: get(found, "https://api.openai.com/auth", name) for name, shown in CLAIMS.items()}
    return {name: value for name, value in said.items() if value}


def listed(call: Call) -> web.Response:
    """`GET /auth-files`."""
    entries = [entry for entry in map(_entry, call.service.pool.credentials.values()) if entry]
    for entry in entries:
        if refreshed := call.desk.refreshed.get(entry["name"]):
            entry["last_refresh"] = refreshed
        if entry["name"] in call.desk.refreshed and entry["provider"] == UNKNOWN:
            entry["label"] = entry["label"] or UNKNOWN
    return told({"files": sorted(entries, key=lambda entry: entry["name"].lower())})


def models(call: Call) -> web.Response:
    """`GET /auth-files/models?name=`: what a log-in serves."""
    name = call.query("name")
    if not name:
        raise RefusedError(400, "name is required")
    found = []
    for model in call.service.kit.models.exact(name).values():
        said = {"display_name": model.display_name, "type": model.type, "owned_by": model.owned_by}
        found.append({"id": model.id, **{k: v for k, v in said.items() if v}})
    return told({"models": found})


def download(call: Call) -> web.Response:
    """`GET /auth-files/download?name=`."""
    name = _named(call)
    try:
        content = _inside(call.service.stores.auth_dir, name).read_bytes()
    except FileNotFoundError as error:
        raise RefusedError(404, "file not found") from error
    except OSError as error:
        raise RefusedError(500, f"failed to read file: {error.strerror}") from error
    plain = name.translate({ord('"'): "_", 13: "_", 10: "_"})
    headers = {"Content-Type": "application/json", "Content-Disposition": f'attachment; filename="{plain}"'}
    return web.Response(body=content, headers={**CORS, **headers})


# ---- writing -------------------------------------------------------------------------------------------------------


def _write(call: Call, name: str, content: bytes) -> None:
    try:
        tree = an_object(content)
    except FaultError as error:
        raise RefusedError(500, f"invalid auth file: {error}") from error
    if tree is not None:
        tree["disabled"] = False
    _store(call, name, tree)
    call.desk.refreshed[name] = ""
    try:
        said: Any = get(tree, "last_refresh") or get(tree, "lastRefresh")
        call.desk.refreshed[name] = stamp(datetime.fromisoformat(said).timestamp())
    except (TypeError, ValueError, OverflowError):
        return  # a file need not say


def _store(call: Call, name: str, tree: Json | None) -> None:
    """Write a log-in and put it in force."""
    try:
        writing.write(call.service.stores.auth_dir, name, writing.compact(tree))
    except (OSError, ValueError) as error:
        raise RefusedError(500, "failed to write file") from error
    call.service.apply(call.service.config)


async def upload(call: Call) -> web.Response:
    """`POST /auth-files`: one as the body, or any number as a form."""
    if call.request.content_type != "multipart/form-data":
        _write(call, _named(call), call.raw)
        return told({"status": "ok"})
    form = await form_of(call.request)
    files = [(file.name, file.content) for file in sorted(form.files, key=lambda file: file.part)]
    if not files:
        raise RefusedError(400, "no files uploaded")
    if len(files) == 1:
        _accept(call, *files[0])
        return told({"status": "ok"})
    done: list[str] = []
    failed: list[Json] = []
    for name, content in files:
        try:
            _accept(call, name, content)
            done.append(name)
        except RefusedError as error:
            failed.append({"name": name, "error": str(error)})
    if failed:
        return told({"status": "partial", "uploaded": len(done), "files": done, "failed": failed}, 207)
    return told({"status": "ok", "uploaded": len(done), "files": done})


def _accept(call: Call, name: str, content: bytes) -> None:
    if not name.lower().endswith(".json") or not safe(name):
        raise RefusedError(400, MUST_BE_JSON)
    _write(call, name, content)


def _wanted(call: Call) -> list[str]:
    names = call.request.query.getall("name", [])
    found = list(dict.fromkeys(filter(None, (name.strip() for name in names))))
    if found or not call.raw.strip():
        return found
    try:
        body = orjson.loads(call.raw)
        given = TEXTS.read(body, "names", lenient=False) if isinstance(body, list) else NAMES.read(body)
    except (ValueError, KindError) as error:
        raise RefusedError(400, "invalid request body") from error
    listed_names = given if isinstance(given, list) else [given["name"], *(given["names"] or ())]
    return list(dict.fromkeys(filter(None, (name.strip() for name in listed_names))))


def remove(call: Call, name: str) -> None:
    """Remove a log-in's file; it is in force until the configuration is applied anew. Raises `RefusedError`."""
    if not safe(name):
        raise RefusedError(400, "invalid name")
    call.desk.refreshed.pop(name, None)
    try:
        (call.service.stores.auth_dir / name).unlink()
    except FileNotFoundError as error:
        raise RefusedError(404, NOT_FOUND) from error
    except OSError as error:
        raise RefusedError(500, f"failed to remove file: {error.strerror}") from error


def delete(call: Call) -> web.Response:
    """`DELETE /auth-files`: by name, names, or all."""
    if call.query("all") in {"true", "1", "*"}:
        folder = call.service.stores.auth_dir
        found = [p.name for p in sorted(folder.iterdir()) if p.is_file() and p.name.lower().endswith(".json")]
        for name in found:
            remove(call, name)
        call.service.apply(call.service.config)
        return told({"status": "ok", "deleted": len(found)})
    names = _wanted(call)
    if not names:
        raise RefusedError(400, "invalid name")
    gone: list[str] = []
    failed: list[Json] = []
    for name in names:
        try:
            remove(call, name)
            gone.append(name)
        except RefusedError as error:
            if len(names) == 1:
                raise
            failed.append({"name": name, "error": str(error)})
    call.service.apply(call.service.config)
    if len(names) == 1:
        return told({"status": "ok"})
    if failed:
        return told({"status": "partial", "deleted": len(gone), "files": gone, "failed": failed}, 207)
    return told({"status": "ok", "deleted": len(gone), "files": gone})


def _body(call: Call, shape: Shape) -> Json:
    try:
        found: Json = read(shape, call.bound())
    except RefusedError as error:
        raise RefusedError(400, "invalid request body") from error
    if not found["name"].strip():
        raise RefusedError(400, "name is required")
    return found


def _log_in(call: Call, name: str) -> Credential:
    credential = call.service.pool.credentials.get(name.strip())
    if credential is None:
        raise RefusedError(404, NOT_FOUND)
    return credential


def status(call: Call) -> web.Response:
    """`PATCH /auth-files/status`: switched on or off."""
    body = _body(call, STATUS)
    if body["disabled"] is None:
        raise RefusedError(400, "disabled is required")
    credential = _log_in(call, body["name"])
    tree = {**credential.metadata, "disabled": body["disabled"]}
    if credential.attributes.get("path") and not credential.parent and tree != credential.metadata:
        _store(call, credential.id, tree)  # read anew, it does not say who switched it
    else:
        credential.disabled = body["disabled"]
        credential.status = "disabled" if body["disabled"] else "active"
        credential.message = "disabled via management API" if body["disabled"] else ""
        call.service.pool.refresh()
    return told({"status": "ok", "disabled": body["disabled"]})


def fields(call: Call) -> web.Response:
    """`PATCH /auth-files/fields`: its prefix and proxy until it is read again, its priority and note for good."""
    body = _body(call, FIELDS)
    credential = _log_in(call, body["name"])
    given = {name: body[name] for name in ("prefix", "proxy_url", "priority", "note") if body[name] is not None}
    if not given:
        raise RefusedError(400, "no fields to update")
    tree = {**credential.metadata, "disabled": credential.disabled}
    lasting = {"priority", "note"} if call.service.config.dialect == "parity" else set(given)
    for name in lasting & given.keys():
        value = given[name].strip() if isinstance(given[name], str) else given[name]
        tree.pop(name, None)
        if value:
            tree[name] = value
    if credential.attributes.get("path") and not credential.parent:
        _store(call, credential.id, tree)
    fresh = _log_in(call, body["name"])
    fresh.prefix = given.get("prefix", fresh.prefix)
    fresh.proxy_url = given.get("proxy_url", fresh.proxy_url)
    call.service.pool.refresh()
    return told({"status": "ok"})


_TEXTS = ("label", "status_message", "source", "created_at", "modtime", "updated_at")
_MORE = ("email", "account_type", "account", "next_retry_after", "last_refresh", "path", "note")
LISTED = Shape(
    *(Field(name, TEXT) for name in ("id", "auth_index", "name", "type", "provider", "status", *_TEXTS)),
    *(Field(name, SWITCH) for name in ("disabled", "unavailable", "runtime_only")),
    Field("size", NUMBER),
    *(Field(name, TEXT, optional=True) for name in _MORE),
    Field("priority", NUMBER, optional=True),
)
"""What is shown of a log-in."""
_SHOWN = (Field(name, TEXT, optional=True) for name in ("display_name", "type", "owned_by"))
SERVES = Shape(Field("models", List(Shape(Field("id", TEXT), *_SHOWN))))
SENT = Shape(
    *OK.fields,
    *(Field(name, NUMBER, optional=True) for name in ("uploaded", "deleted")),
    Field("files", TEXTS, optional=True),
)

ROUTES = [
    route("GET", "/auth-files", listed, Doc(gives=Shape(Field("files", List(LISTED))))),
    route("GET", "/auth-files/models", models, Doc(gives=SERVES, query=("name",))),
    route("GET", "/auth-files/download", download, Doc(query=("name",))),
    route("POST", "/auth-files", upload, Doc("LogIn", SENT, query=("name",), form=("file",))),
    route("DELETE", "/auth-files", delete, Doc((NAMES, TEXTS), SENT, query=("name", "all"))),
    route("PATCH", "/auth-files/status", status, Doc(STATUS, Shape(*OK.fields, Field("disabled", SWITCH)))),
    route("PATCH", "/auth-files/fields", fields, Doc(FIELDS, OK)),
]
