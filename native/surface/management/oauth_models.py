"""Models of log-ins: other names for them by channel, and those left out by provider.

Law: an emptied channel is kept as a mark that its built-in aliases are not wanted.
"""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from native.surface.management import shape
from native.surface.management.call import INVALID, OK, Call, RefusedError, done, route, told
from native.surface.management.keys import either, read
from native.surface.management.kinds import TEXT, TEXTS, Field, Kind, KindError, List, Map, Optional, Shape
from native.surface.routes import Doc

type Json = dict[str, Any]

EXCLUDED = "oauth-excluded-models"
ALIASES = "oauth-model-alias"
PROVIDER = Field("provider", Optional(TEXT))
EXCLUDED_PATCH = Shape(PROVIDER, Field("models", TEXTS))
ALIAS_PATCH = Shape(PROVIDER, Field("channel", Optional(TEXT)), Field("aliases", List(shape.ALIAS)))


def entries_of(kind: Kind, body: Any) -> Any:
    """A mapping from a body that is it, or has it as `items`. Raises `RefusedError`."""
    try:
        return kind.read(body, "value", lenient=False)
    except KindError:
        if not isinstance(body, Mapping):
            raise RefusedError(400, INVALID) from None
        return read(Shape(Field("items", kind)), body)["items"]


def excluded(call: Call) -> web.Response:
    """`GET /oauth-excluded-models`."""
    return told({EXCLUDED: shape.excluded_by_provider(call.desk.settings[EXCLUDED])})


def put_excluded(call: Call) -> web.Response:
    """`PUT /oauth-excluded-models`."""
    found = shape.excluded_by_provider(entries_of(Map(TEXTS), call.json()))
    call.desk.change(lambda settings: settings.update({EXCLUDED: found}))
    return done()


def patch_excluded(call: Call) -> web.Response:
    """`PATCH /oauth-excluded-models`: one provider's; without models, it goes."""
    body = read(EXCLUDED_PATCH, call.bound())
    if body["provider"] is None:
        raise RefusedError(400, INVALID)
    provider = body["provider"].strip().lower()
    if not provider:
        raise RefusedError(400, "invalid provider")
    patterns = shape.excluded(body["models"])

    def change(settings: Json) -> None:
        if patterns:
            settings[EXCLUDED] = {**(settings[EXCLUDED] or {}), provider: patterns}
        else:
            _remove(settings, provider)

    call.desk.change(change)
    return done()


def _remove(settings: Json, provider: str) -> None:
    held = settings[EXCLUDED] or {}
    if provider not in held:
        raise RefusedError(404, "provider not found")
    settings[EXCLUDED] = {k: v for k, v in held.items() if k != provider} or None


def delete_excluded(call: Call) -> web.Response:
    """`DELETE /oauth-excluded-models?provider=`."""
    provider = call.query("provider").strip().lower()
    if not provider:
        raise RefusedError(400, "missing provider")
    call.desk.change(lambda settings: _remove(settings, provider))
    return done()


def sanitized(given: dict[str, Any] | None) -> dict[str, Any] | None:
    """Aliases as they are shown: channels without any are left out, then built-in ones join."""
    held = {channel: entries for channel, entries in (given or {}).items() if entries}
    return shape.aliases(held) if held else None


def aliases(call: Call) -> web.Response:
    """`GET /oauth-model-alias`."""
    found = sanitized(call.desk.settings[ALIASES])
    return told({ALIASES: Map(List(shape.ALIAS)).write(found, nulls=True)})


def put_aliases(call: Call) -> web.Response:
    """`PUT /oauth-model-alias`."""
    found = sanitized(entries_of(Map(List(shape.ALIAS)), call.json()))
    call.desk.change(lambda settings: settings.update({ALIASES: found}))
    return done()


def patch_aliases(call: Call) -> web.Response:
    """`PATCH /oauth-model-alias`: one channel's."""
    body = read(ALIAS_PATCH, call.bound())
    named = body["channel"] if body["channel"] is not None else body["provider"] or ""
    channel = named.strip().lower()
    if not channel:
        raise RefusedError(400, "invalid channel")
    found = (sanitized({channel: body["aliases"]}) or {}).get(channel)

    def change(settings: Json) -> None:
        held = dict(settings[ALIASES] or {})
        if found:
            held[channel] = found
        elif channel in held:
            del held[channel]
        else:
            held[channel] = []
        settings[ALIASES] = held or None

    call.desk.change(change)
    return done()


def delete_aliases(call: Call) -> web.Response:
    """`DELETE /oauth-model-alias?channel=`: the channel stays, without any."""
    channel = call.query("channel").strip().lower() or call.query("provider").strip().lower()
    if not channel:
        raise RefusedError(400, "missing channel")

    def change(settings: Json) -> None:
        if channel not in (settings[ALIASES] or {}):
            raise RefusedError(404, "channel not found")
        settings[ALIASES] = {**settings[ALIASES], channel: None}

    call.desk.change(change)
    return done()


ROUTES = [
    route("GET", f"/{EXCLUDED}", excluded, Doc(gives=Shape(Field(EXCLUDED, Map(TEXTS))))),
    route("PUT", f"/{EXCLUDED}", put_excluded, Doc(either(Map(TEXTS)), OK)),
    route("PATCH", f"/{EXCLUDED}", patch_excluded, Doc(EXCLUDED_PATCH, OK)),
    route("DELETE", f"/{EXCLUDED}", delete_excluded, Doc(gives=OK, query=("provider",))),
    route("GET", f"/{ALIASES}", aliases, Doc(gives=Shape(Field(ALIASES, Map(List(shape.ALIAS)))))),
    route("PUT", f"/{ALIASES}", put_aliases, Doc(either(Map(List(shape.ALIAS))), OK)),
    route("PATCH", f"/{ALIASES}", patch_aliases, Doc(ALIAS_PATCH, OK)),
    route("DELETE", f"/{ALIASES}", delete_aliases, Doc(gives=OK, query=("channel", "provider"))),
]
