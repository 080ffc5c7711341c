"""Flags as a file: what a team keeps under version control.

Everything that reads such a file lives here. Law: a file that cannot be understood changes no flag.

    POST /v1/messages: canary 5%
    POST /v1/chat/completions:
      - {model: "gpt-5*", stream: "yes", flag: native}
      - shadow
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shim.flags.table import Scope, Value, WrongFlagError


class SheetError(ValueError):
    """The file cannot be understood: the message says where and why."""


def read_sheet(path: Path) -> list[tuple[Scope, Value]]:
    """The flags that a file names. Raises SheetError, OSError."""
    from ruamel.yaml import YAML  # noqa: PLC0415  # few have such a file, and it takes a while to load
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415  # as above

    try:
        tree = YAML(typ="safe").load(path.read_text())
    except YAMLError as error:
        raise SheetError(f"{path}: {error}") from error
    if tree is None:
        return []
    if not isinstance(tree, dict):
        raise SheetError(f"{path}: endpoints with their flags were expected, as in `POST /v1/messages: shadow`")
    try:
        return [flag for endpoint, said in tree.items() for flag in _flags(str(endpoint), said)]
    except WrongFlagError as error:
        raise SheetError(f"{path}: {error}") from error


def _flags(endpoint: str, said: Any) -> Iterator[tuple[Scope, Value]]:
    for entry in said if isinstance(said, list) else [said]:
        if isinstance(entry, str):
            yield Scope(endpoint), Value.parse(entry)
        elif isinstance(entry, dict) and isinstance(entry.get("flag"), str):
            yield _scope(endpoint, entry), Value.parse(entry["flag"])
        else:
            raise WrongFlagError(f"{endpoint}: {entry!r} is neither a flag nor a narrowing with a `flag`")


def _scope(endpoint: str, entry: dict[str, Any]) -> Scope:
    if unknown := set(entry) - {"provider", "stream", "model", "flag"}:
        raise WrongFlagError(f"{endpoint}: a flag is narrowed by provider, stream or model, not {sorted(unknown)}")
    stream = entry.get("stream", "")
    told = {True: "yes", False: "no"}.get(stream, str(stream)) if isinstance(stream, bool) else str(stream)
    return Scope(endpoint, str(entry.get("provider", "")), told, str(entry.get("model", "")))
