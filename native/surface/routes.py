"""Endpoints as modules declare them, and the way from a request to one of them.

A module of `native.surface` declares itself by `ROUTES`. Paths are written as the legacy writes them: `:name` is one
part, or the rest of one behind fixed letters, `*name` all that is left. Laws: a fixed part beats a named one beats a
rest; the same path twice stops the start; a path that only lacks or has too much of a slash at its end is sent on, as
the legacy does.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from native.service import Service

type Answer = Callable[["web.Request", "Service"], Awaitable[web.StreamResponse]]

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "*",
}
"""What every answer carries."""


class RouteError(Exception):
    """A declaration of routes cannot be used; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Doc:
    """What an endpoint takes and gives, for whoever reads the API's document.

    Attributes:
        takes: The body: a `Kind`, or the name of one of `native.apidoc.protocols`; None where it takes none.
        gives: The same of an answer that succeeds; None for any JSON.
        query: What may stand in the query.
        media: What such an answer is, where it is no JSON.
        form: The parts of a form that it takes, the first a file.
        streams: Whether the client may want events instead.
    """

    takes: object = None
    gives: object = None
    query: tuple[str, ...] = ()
    media: str = ""
    form: tuple[str, ...] = ()
    streams: bool = False


ANY = Doc()


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint.

    Attributes:
        method: HTTP method.
        path: Its path, with `:name` and `*name` for what varies.
        answer: Who answers; the parts of the path that vary are in `request[VISIT]`.
        keyed: Whether a client key is needed.
        family: What catalogues call its family.
        doc: What it takes and gives.
    """

    method: str
    path: str
    answer: Answer
    keyed: bool = True
    family: str = ""
    doc: Doc = ANY
    name: str = field(init=False, repr=False, compare=False)
    """`METHOD /path`."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", f"{self.method} {self.path}")


@dataclass(slots=True)
class _Node:
    routes: dict[str, Route] = field(default_factory=dict)
    fixed: dict[str, "_Node"] = field(default_factory=dict)
    begun: dict[str, tuple[str, "_Node"]] = field(default_factory=dict)
    named: tuple[str, "_Node"] | None = None
    rest: tuple[str, "_Node"] | None = None


class Routes:
    """Every declared endpoint."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._plain: dict[tuple[str, str], Route] = {}
        self._root = _Node()
        self.all: list[Route] = []
        for route in routes:
            self.add(route)

    def add(self, route: Route) -> None:
        """Take one endpoint in. Raises `RouteError` where it is there already."""
        node = self._root
        parts = route.path.split("/")[1:]
        for part in parts:
            node = self._step(node, part, route)
        if route.method in node.routes:
            raise RouteError(f"{route.method} {route.path} is declared twice")
        node.routes[route.method] = route
        self.all.append(route)
        if not any(":" in part or part[:1] == "*" for part in parts):
            self._plain[route.method, route.path] = route

    @staticmethod
    def _step(node: _Node, part: str, route: Route) -> _Node:
        if not part.startswith((":", "*")):
            letters, colon, name = part.partition(":")
            if colon:
                return node.begun.setdefault(letters, (name, _Node()))[1]
            return node.fixed.setdefault(part, _Node())
        held = node.named if part[0] == ":" else node.rest
        if held is None:
            held = (part[1:], _Node())
            if part[0] == ":":
                node.named = held
            else:
                node.rest = held
        elif held[0] != part[1:]:
            raise RouteError(f"{route.path}: its part {part} is called {held[0]} elsewhere")
        return held[1]

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The endpoint of a path, and the parts that vary."""
        plain = self._plain.get((method, path))
        if plain is not None:
            return plain, {}
        return _walk(self._root, method, path.split("/")[1:], 0) if path.startswith("/") else None

    def slashed(self, method: str, path: str) -> str | None:
        """The path that has an endpoint where this one only differs by a slash at its end."""
        other = path[:-1] if path.endswith("/") else path + "/"
        return other if len(other) > 0 and self.find(method, other) else None


def _walk(node: _Node, method: str, parts: list[str], at: int) -> tuple[Route, dict[str, str]] | None:
    if at == len(parts):
        route = node.routes.get(method)
        return (route, {}) if route else None
    if (fixed := node.fixed.get(parts[at])) and (found := _walk(fixed, method, parts, at + 1)):
        return found
    for letters, (name, begun) in node.begun.items():
        rest = parts[at].removeprefix(letters)
        if rest and rest != parts[at] and (found := _walk(begun, method, parts, at + 1)):
            found[1][name] = rest
            return found
    if node.named and parts[at] and (found := _walk(node.named[1], method, parts, at + 1)):
        found[1][node.named[0]] = parts[at]
        return found
    if node.rest and (route := node.rest[1].routes.get(method)):
        return route, {node.rest[0]: "/" + "/".join(parts[at:])}
    return None


def answer(body: bytes, status: int = 200, content_type: str = "application/json; charset=utf-8") -> web.Response:
    """A whole answer."""
    return web.Response(body=body, status=status, headers={**CORS, "Content-Type": content_type})


def not_found() -> web.Response:
    """What has no endpoint."""
    return answer(b"404 page not found", 404, "text/plain")
