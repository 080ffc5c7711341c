"""Settings one by one: read, set, reset.

Law: a body of the wrong kind changes nothing.
"""

from collections.abc import Callable
from typing import Any

from aiohttp import web

from native.surface.management.call import INVALID, OK, SET, Act, Call, RefusedError, done, route, told
from native.surface.management.kinds import NUMBER, SWITCH, TEXT, Field, Kind, KindError, Shape
from native.surface.routes import Doc, Route

type Json = dict[str, Any]

STRATEGIES = {
    "": "round-robin",
    "round-robin": "round-robin",
    "roundrobin": "round-robin",
    "rr": "round-robin",
    "fill-first": "fill-first",
    "fillfirst": "fill-first",
    "ff": "fill-first",
}


def strategy(text: str) -> str:
    """A strategy's proper name. Raises `RefusedError`."""
    found = STRATEGIES.get(text.strip().lower())
    if found is None:
        raise RefusedError(400, "invalid strategy")
    return found


def as_it_is(value: Any) -> Any:
    """The value."""
    return value


VALUES: tuple[tuple[str, Kind, Callable[[Any], Any]], ...] = (
    ("debug", SWITCH, as_it_is),
    ("logging-to-file", SWITCH, as_it_is),
    ("logs-max-total-size-mb", NUMBER, lambda value: max(0, value)),
    ("error-logs-max-files", NUMBER, lambda value: value if value >= 0 else 10),
    ("usage-statistics-enabled", SWITCH, as_it_is),
    ("proxy-url", TEXT, as_it_is),
    ("quota-exceeded/switch-project", SWITCH, as_it_is),
    ("quota-exceeded/switch-preview-model", SWITCH, as_it_is),
    ("request-log", SWITCH, as_it_is),
    ("ws-auth", SWITCH, as_it_is),
    ("request-retry", NUMBER, as_it_is),
    ("max-retry-interval", NUMBER, as_it_is),
    ("force-model-prefix", SWITCH, as_it_is),
    ("routing/strategy", TEXT, strategy),
    ("ampcode/upstream-url", TEXT, str.strip),
    ("ampcode/upstream-api-key", TEXT, str.strip),
    ("ampcode/restrict-management-to-localhost", SWITCH, as_it_is),
    ("ampcode/force-model-mappings", SWITCH, as_it_is),
)
"""Path, kind, and what becomes of a value that is set."""
RESETTABLE = ("proxy-url", "ampcode/upstream-url", "ampcode/upstream-api-key")


def value_in(body: Any, kind: Kind) -> Any:
    """The `value` of a body. Raises `RefusedError`."""
    value = next((v for k, v in body.items() if k.lower() == "value"), None) if isinstance(body, dict) else None
    if value is None:
        raise RefusedError(400, INVALID)
    try:
        return kind.read(value, "value", lenient=False)
    except KindError as error:
        raise RefusedError(400, INVALID) from error


def _reader(path: str) -> Act:
    *sections, name = path.split("/")

    def read(call: Call) -> web.Response:
        holder = call.desk.settings
        for section in sections:
            holder = holder[section]
        value = holder[name]
        if name == "strategy":
            value = STRATEGIES.get(value.strip().lower(), value.strip())
        return told({name: value})

    return read


def _setting(path: str, value: Any) -> Callable[[Json], None]:
    *sections, name = path.split("/")

    def change(settings: Json) -> None:
        for section in sections:
            settings = settings[section]
        settings[name] = value

    return change


def _writer(path: str, kind: Kind, clean: Callable[[Any], Any]) -> Act:
    def write(call: Call) -> web.Response:
        call.desk.change(_setting(path, clean(value_in(call.bound(), kind))))
        return done()

    return write


def _resetter(path: str) -> Act:
    def reset(call: Call) -> web.Response:
        call.desk.change(_setting(path, ""))
        return done()

    return reset


def _routes() -> list[Route]:
    found = []
    for path, kind, clean in VALUES:
        write = _writer(path, kind, clean)
        read, change = Doc(gives=Shape(Field(path.rpartition("/")[2], kind))), Doc(Shape(Field("value", kind)), OK)
        found.append(route("GET", f"/{path}", _reader(path), read))
        found += [route(method, f"/{path}", write, change) for method in ("PUT", "PATCH")]
    return found + [route("DELETE", f"/{path}", _resetter(path), SET) for path in RESETTABLE]


ROUTES = _routes()
