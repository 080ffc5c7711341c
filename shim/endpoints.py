"""The catalogue: every endpoint of the legacy, the family it is of, and whether native has it.

Read off the pinned build's own registrations (`endpoints.txt`). An endpoint's id is what flags and reports call it:
`POST /v1/messages`. Law: what the catalogue does not know passes through and is filed under no id.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from native import surface
from native.surface.routes import Routes

ANY = "ANY"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint of the legacy.

    Attributes:
        family: What it belongs to: `openai`, `claude`, `management`, ... .
        method: HTTP method, or `ANY`.
        path: With `:name` for one part and `*name` for the rest.
    """

    family: str
    method: str
    path: str

    @property
    def id(self) -> str:
        """What flags and reports call it."""
        return f"{self.method} {self.path}"


@lru_cache(maxsize=1)
def catalogue() -> tuple[Endpoint, ...]:
    """Every endpoint, in the order of the file."""
    text = files("shim").joinpath("endpoints.txt").read_text(encoding="utf-8")
    rows = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return tuple(Endpoint(family, method, path) for family, method, path in rows)


def _matches(pattern: list[str], parts: list[str]) -> bool:
    for n, want in enumerate(pattern):
        if want.startswith("*"):
            return n < len(parts)
        if n >= len(parts):
            return False
        name, colon, _ = want.partition(":")
        if colon:
            if not (parts[n].startswith(name + ":" if name else "") and len(parts[n]) > len(name)):
                return False
        elif want != parts[n]:
            return False
    return len(pattern) == len(parts)


@lru_cache(maxsize=1)
def _patterns() -> tuple[list[tuple[list[str], Endpoint]], dict[tuple[str, str], Endpoint]]:
    plain = {(e.method, e.path): e for e in catalogue() if not any(c in e.path for c in ":*")}
    varied = [(e.path.split("/")[1:], e) for e in catalogue() if any(c in e.path for c in ":*")]
    return varied, plain


@lru_cache(maxsize=8192)
def find(method: str, path: str) -> Endpoint | None:
    """The endpoint of a request's method and path (without query); None where the legacy has none."""
    varied, plain = _patterns()
    for name in (method, ANY):
        found = plain.get((name, path))
        if found is not None:
            return found
    parts = path.split("/")[1:]
    return next((e for pattern, e in varied if e.method in {method, ANY} and _matches(pattern, parts)), None)


def endpoint_of(method: str, path: str) -> str:
    """The id of a request's endpoint, empty where it is none of the legacy's."""
    found = find(method, path)
    return found.id if found is not None else ""


@lru_cache(maxsize=1)
def native_ids() -> frozenset[str]:
    """The ids that native declares a handler for."""
    routes = Routes(surface.collect())
    return frozenset(e.id for e in catalogue() if _handled(routes, e))


def _handled(routes: Routes, endpoint: Endpoint) -> bool:
    method = "GET" if endpoint.method == ANY else endpoint.method
    parts = (
        "x" if p.startswith("*") else p.replace(":", ":x") if p[0:1] != ":" else "x" for p in endpoint.path.split("/")
    )
    found = routes.find(method, "/".join(parts))
    return found is not None


def native_by_family() -> dict[str, tuple[int, int]]:
    """Family -> (endpoints native handles, all)."""
    every = Counter(e.family for e in catalogue())
    have = Counter(e.family for e in catalogue() if e.id in native_ids())
    return {family: (have[family], n) for family, n in every.items()}


def clean_ids(judged: Iterable[tuple[str, bool]]) -> frozenset[str]:
    """Of (endpoint id, clean) verdicts: the ids that were judged and never found unclean."""
    seen: dict[str, bool] = {}
    for name, clean in judged:
        seen[name] = seen.get(name, True) and clean
    return frozenset(name for name, clean in seen.items() if clean and name)
