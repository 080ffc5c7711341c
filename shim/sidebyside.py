"""One difference as people read it: the path, then the legacy's value beside native's, what differs in colour."""

import difflib
import json
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from native.wire.loose import MISSING
from shim.judge.verdict import Difference

_SHORT = 160  # characters of a value in a list of differences


def spelled(value: Any, *, whole: bool = False) -> str:
    """A value as text; JSON in lines where all of it is wanted."""
    if value is MISSING:
        return "(nothing)"
    if isinstance(value, str) and whole:
        return value
    text = json.dumps(value, indent=2 if whole else None, ensure_ascii=False, default=str)
    return text if whole or len(text) <= _SHORT else text[:_SHORT] + "…"


def _marked(legacy: str, native: str) -> tuple[Text, Text]:
    left, right = Text(), Text()
    for kind, a, b, c, d in difflib.SequenceMatcher(a=legacy, b=native, autojunk=False).get_opcodes():
        same = kind == "equal"
        left.append(legacy[a:b], style="" if same else "bold red")
        right.append(native[c:d], style="" if same else "bold green")
    return left, right


def shown(one: Difference, *, whole: bool = False) -> RenderableType:
    """A difference to print. With `whole`, nothing is shortened."""
    legacy, native = spelled(one.legacy, whole=whole), spelled(one.native, whole=whole)
    if len(legacy) + len(native) <= 20_000:
        left, right = _marked(legacy, native)
    else:
        left, right = Text(legacy), Text(native)
    head = Text.assemble("  ", (one.path, "cyan"), f"  {one.kind}", (f"  {one.note}" if one.note else "", "dim"))
    table = Table(box=None, padding=(0, 2), expand=whole)
    table.add_column("legacy", ratio=1, overflow="fold")
    table.add_column("native", ratio=1, overflow="fold")
    table.add_row(left, right)
    return Group(head, table)
