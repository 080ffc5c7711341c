"""How far native has come: *native X of N, clean Y of N*, over the catalogue of the legacy's endpoints.

Law: native has an endpoint when its own application declares a handler for it, and an endpoint is clean when it was
judged and nothing unclean was found; neither is written down by hand.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from shim.endpoints import ENDPOINTS, Endpoint


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many endpoints there are, how many native handles, how many were judged clean."""

    all: int
    native: int
    clean: int

    def __str__(self) -> str:
        return f"native {self.native} of {self.all}, clean {self.clean} of {self.all}"


@lru_cache(maxsize=1)
def native_ids() -> frozenset[str]:
    """The ids of the endpoints that native declares a handler for."""
    from native.server import declared  # noqa: PLC0415  # a second or so, which a report is to be spared

    def handles(endpoint: Endpoint) -> bool:
        method = "GET" if endpoint.method == "ANY" else endpoint.method
        return declared().find(method, endpoint.example) is not None

    return frozenset(e.id for e in ENDPOINTS if handles(e))


def clean_ids(judged: Iterable[tuple[str, bool]]) -> frozenset[str]:
    """Of (endpoint id, clean) verdicts: the ids that were judged and never found unclean."""
    seen: dict[str, bool] = {}
    for name, clean in judged:
        seen[name] = seen.get(name, True) and clean
    return frozenset(name for name, clean in seen.items() if clean and name)


def coverage(judged: Iterable[tuple[str, bool]], handled: frozenset[str] | None = None) -> Coverage:
    """How far native has come on the strength of some verdicts.

    Args:
        judged: Endpoint's id and whether it was found clean, of each verdict.
        handled: The ids of the endpoints that native has handlers for, where that is known without asking it.
    """
    known = {e.id for e in ENDPOINTS}
    have = known & (native_ids() if handled is None else handled)
    return Coverage(len(known), len(have), len(clean_ids(judged) & have))


def by_family() -> dict[str, tuple[int, int]]:
    """Family -> (endpoints native handles, all)."""
    every, have = Counter(e.family for e in ENDPOINTS), Counter(e.family for e in ENDPOINTS if e.id in native_ids())
    return {family: (have[family], n) for family, n in every.items()}
