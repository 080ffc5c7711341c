"""What a Claude client's tools and calls are called, and under which names an upstream may see them.

Everything that changes a tool's name or a call's id between a Claude client and an upstream lives here. Law: what the
client sees is the name it declared and an id that Claude's API would take; the way back is made from the client's own
body, nothing is remembered.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

from native.turn import Json, Turn
from native.wire.loose import get, items, text, trim

_NOT_IN_IDS: Final = re.compile(r"[^a-zA-Z0-9_-]")
_NOT_IN_FUNCTIONS: Final = re.compile(r"[^a-zA-Z0-9_.:-]")
_FIRST: Final = re.compile(r"[a-zA-Z_]")
_LONGEST: Final = 64
_MADE_IDS: Final = "claude_names.made_ids"


def call_id(given: str, turn: Turn) -> str:
    """A tool call's id with only the characters Claude allows; a new one where there is none."""
    if given:
        return _NOT_IN_IDS.sub("_", given)
    shelves = turn.memory.shelves
    made = shelves[_MADE_IDS] = shelves.get(_MADE_IDS, 0) + 1
    return f"toolu_{int(turn.clock.now() * 1e9)}_{made}"


def declared(body: Json) -> list[Any]:
    """The tools that the client declared, whatever their shape."""
    tools = get(body, "tools")
    return items(tools) if isinstance(tools, list) else []


def answer_schema(body: Json) -> Json | None:
    """The schema that the client wants its answer to have."""
    form = get(body, "output_config", "format")
    schema = get(form, "schema")
    return schema if text(get(form, "type")) == "json_schema" and isinstance(schema, dict) else None


class Declared:
    """The names that the client declared, found again whatever an upstream made of case, underscores and blanks.

    They are read when the first name is asked for: an answer without calls need not look at the request again.
    """

    __slots__ = ("_by_canonical", "_by_function", "_turn")

    def __init__(self, turn: Turn) -> None:
        self._turn: Turn | None = turn
        self._by_canonical: dict[str, str] = {}
        self._by_function: dict[str, str] = {}

    def spelled(self, name: str) -> str:
        """The name as the client wrote it, or as it came where the client declared nothing like it."""
        self._read()
        return self._by_canonical.get(_canonical(name), name) if name else name

    def restored(self, name: str) -> str:
        """The name that `function_name` was given, or what came."""
        self._read()
        return self._by_function.get(name, name)

    def _read(self) -> None:
        if self._turn is None:
            return
        for tool in declared(self._turn.original):
            own = trim(text(get(tool, "name")))
            if own and (changed := function_name(own)) != own:
                self._by_function.setdefault(changed, own)
            name = own or trim(text(get(tool, "function", "name")))
            if name and (key := _canonical(name)):
                self._by_canonical.setdefault(key, name)
        self._turn = None


@lru_cache(maxsize=1024)
def function_name(name: str) -> str:
    """A name that Gemini takes: its characters, no digit or sign in front, at most 64."""
    if not name:
        return ""
    fit = _NOT_IN_FUNCTIONS.sub("_", name)
    if not _FIRST.match(fit):
        fit = "_" + fit
    return fit[:_LONGEST]


def shortened(name: str) -> str:
    """A name of at most 64 bytes; of a long MCP tool's name its server is what goes."""
    if len(name.encode()) <= _LONGEST:
        return name
    if name.startswith("mcp__"):
        return _cut("mcp__" + name[name.rindex("__") + 2 :], _LONGEST)
    return _cut(name, _LONGEST)


def short_names(names: Iterable[str]) -> dict[str, str]:
    """Short names by long ones, each its own; a name that is declared twice has the second one's."""
    used: set[str] = set()
    short: dict[str, str] = {}
    for name in names:
        wanted = unique = shortened(name)
        count = 0
        while unique in used:
            count += 1
            suffix = f"_{count}"
            unique = _cut(wanted, _LONGEST - len(suffix)) + suffix
        used.add(unique)
        short[name] = unique
    return short


def declared_names(body: Json) -> list[str]:
    """The tools' names in order, without the nameless."""
    return [name for tool in declared(body) if (name := text(get(tool, "name")))]


def _canonical(name: str) -> str:
    return trim(name).lstrip("_").lower()


def _cut(name: str, longest: int) -> str:
    """The first bytes of a name; of a character that is cut through, each byte becomes a replacement character."""
    kept = name.encode()[:longest]
    whole = kept.decode(errors="ignore")
    return whole + "\ufffd" * (len(kept) - len(whole.encode()))
