"""`/vertex/import`: a service account's JSON as a log-in."""

from pathlib import Path

from aiohttp import web

from native.credentials.service_account import LOCATION, ServiceAccount, ServiceAccountError, service_account
from native.surface.management.call import Call, RefusedError, route, told
from native.surface.management.form import form_of
from native.surface.management.kinds import TEXT, Field, Shape
from native.surface.management.reading import FaultError, an_object
from native.surface.routes import Doc

FORM = "multipart/form-data"


def kept(call: Call, content: bytes, location: str) -> tuple[ServiceAccount, Path]:
    """Write a service account's JSON as a log-in and put it in force; returns the account and its file."""
    try:
        account = service_account(an_object(content))
    except FaultError as error:
        raise RefusedError(400, "invalid json", message=str(error)) from error
    except ServiceAccountError as error:
        raise RefusedError(400, "invalid service account", message=str(error)) from error
    if not account.project:
        raise RefusedError(400, "project_id missing")
    try:
        path = account.keep(call.service.stores.auth_dir, location)
    except (OSError, ValueError) as error:
        raise RefusedError(500, "save_failed", message=str(error)) from error
    call.service.apply(call.service.config)
    return account, path


async def import_account(call: Call) -> web.Response:
    """`POST /vertex/import`: the file `file` of a form, and where its models are asked for (`location`)."""
    if call.request.content_type != FORM:
        raise RefusedError(400, "file required")
    try:
        form = await form_of(call.request)
    except RefusedError as error:
        raise RefusedError(400, "file required") if error.status == 400 else error from error
    content = next((file.content for file in form.files if file.part == "file"), None)
    if content is None:
        raise RefusedError(400, "file required")
    location = form.fields.get("location", "").strip() or call.query("location").strip() or LOCATION
    account, path = kept(call, content, location)
    said = {"status": "ok", "auth-file": str(path), "project_id": account.project, "email": account.email}
    return told({**said, "location": location})


IMPORTED = Shape(*(Field(name, TEXT) for name in ("status", "auth-file", "project_id", "email", "location")))

ROUTES = [
    route("POST", "/vertex/import", import_account, Doc(gives=IMPORTED, query=("location",), form=("file", "location")))
]
