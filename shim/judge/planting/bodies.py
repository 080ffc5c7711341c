"""Changes of one body: a JSON value in it, or its events lost, doubled, swapped, added."""

import random
from collections.abc import Callable
from typing import Any

import orjson

from shim.judge import view
from shim.judge.normal import piece
from shim.judge.planting.leaves import JSON_CHANGES, Change

_BLANK = b"\n\n"


def _json_body(change: Change) -> Callable[[random.Random, bytes], bytes | None]:
    def plant(rng: random.Random, body: bytes) -> bytes | None:
        try:
            tree = orjson.loads(body)
        except orjson.JSONDecodeError:
            return None
        if not isinstance(tree, (dict, list)):
            return None
        changed = change(rng, tree)
        return None if changed is None else orjson.dumps(changed)

    return plant


def blocks_of(body: bytes) -> list[bytes] | None:
    """The events of a body, each as it stands there; None where it is no stream."""
    plain = body.replace(b"\r\n", b"\n")
    if not plain.startswith((b"data:", b"event:")):
        return None
    return [b for b in plain.split(_BLANK) if b.strip()]


def joined(blocks: list[bytes]) -> bytes:
    """Events as a body."""
    return b"".join(b + _BLANK for b in blocks)


def _says_nothing(block: bytes) -> bool:
    """Whether the block is an empty piece of a text, which joins its neighbour without a trace."""
    event = view.events(block.decode("utf-8", "replace"))
    found = piece(event[0]["data"]) if event else None
    return found is not None and found[0][found[1]] == ""


def _events(
    change: Callable[[random.Random, list[bytes]], list[bytes] | None],
) -> Callable[[random.Random, bytes], bytes | None]:
    def plant(rng: random.Random, body: bytes) -> bytes | None:
        blocks = blocks_of(body)
        if not blocks:
            return None
        changed = change(rng, blocks)
        return None if changed is None else joined(changed)

    return plant


def _lost(rng: random.Random, blocks: list[bytes]) -> list[bytes] | None:
    said = [i for i, b in enumerate(blocks) if not _says_nothing(b)]
    if not said:
        return None
    gone = rng.choice(said)
    return blocks[:gone] + blocks[gone + 1 :]


def _doubled(rng: random.Random, blocks: list[bytes]) -> list[bytes] | None:
    said = [i for i, b in enumerate(blocks) if not _says_nothing(b)]
    if not said:
        return None
    twice = rng.choice(said)
    return [*blocks[: twice + 1], blocks[twice], *blocks[twice + 1 :]]


def _commute(one: bytes, other: bytes) -> bool:
    """Whether two neighbours may change places without a trace: equals, or pieces of texts whose join is the same."""
    a, b = (view.events(x.decode("utf-8", "replace"))[0] for x in (one, other))
    if a == b:
        return True
    first, second = piece(a["data"]), piece(b["data"])
    if first is None or second is None:
        return _parallel_blocks(a["data"], b["data"])
    s, t = first[0][first[1]], second[0][second[1]]
    return bool(s + t == t + s) or _parallel_blocks(a["data"], b["data"])


def _parallel_blocks(a: Any, b: Any) -> bool:
    """Events of two content blocks, which the legacy interleaves at random where blocks overlap."""
    return (
        isinstance(a, dict)
        and isinstance(b, dict)
        and str(a.get("type")).startswith("content_block_")
        and str(b.get("type")).startswith("content_block_")
        and a.get("index") != b.get("index")
    )


def _swapped(rng: random.Random, blocks: list[bytes]) -> list[bytes] | None:
    places = [i for i in range(len(blocks) - 1) if not _commute(blocks[i], blocks[i + 1])]
    if not places:
        return None
    i = rng.choice(places)
    out = list(blocks)
    out[i], out[i + 1] = out[i + 1], out[i]
    return out


def _appended(_rng: random.Random, blocks: list[bytes]) -> list[bytes]:
    return [*blocks, b'data: {"planted":true}']


def _event_leaf(change: Change) -> Callable[[random.Random, list[bytes]], list[bytes] | None]:
    def plant(rng: random.Random, blocks: list[bytes]) -> list[bytes] | None:
        order = list(range(len(blocks)))
        rng.shuffle(order)
        for i in order:
            head, found, data = blocks[i].partition(b"data:")
            try:
                tree = orjson.loads(data) if found and b"\n" not in data.strip() else None
            except orjson.JSONDecodeError:
                continue
            changed = change(rng, tree) if isinstance(tree, dict) and "sequence_number" not in tree else None
            if changed is not None:
                return [*blocks[:i], head + b"data: " + orjson.dumps(changed), *blocks[i + 1 :]]
        return None

    return plant


BODY_CHANGES: dict[str, Callable[[random.Random, bytes], bytes | None]] = {
    **{f"JSON: {name}": _json_body(change) for name, change in JSON_CHANGES.items()},
    "event lost": _events(_lost),
    "event doubled": _events(_doubled),
    "events swapped": _events(_swapped),
    "event added at the end": _events(_appended),
    **{f"event: {name}": _events(_event_leaf(change)) for name, change in JSON_CHANGES.items() if name != "re-ordered"},
}
