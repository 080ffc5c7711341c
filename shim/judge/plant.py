"""Planting differences, to see them found: what a judge must never let pass.

One function a kind of place. Each takes a recorded run apart, changes one thing that a user could feel, and puts it
together again as bytes. Law: a planting changes the meaning (never a time, never a hop's own header, never a swap of
equals), so a clean verdict on it is a fault of the judge.
"""

import copy
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import orjson
import yaml

from shim.exchange import Exchange, Headers, Interaction, Request, Response, Run
from shim.judge import view
from shim.judge.noise import is_number, without_times
from shim.judge.normal import piece

type Change = Callable[[random.Random, Any], Any | None]

_LATE = 1_500_000_000
_BLANK = b"\n\n"


@dataclass(frozen=True, slots=True)
class Planted:
    """A run with one difference in it.

    Attributes:
        kind: Which kind of planting.
        run: The changed run.
        where: Which exchange, for a message.
    """

    kind: str
    run: Run
    where: int


# ---- leaves of JSON --------------------------------------------------------------------------------------------------


def _leaves(value: Any, place: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Any]]:
    if isinstance(value, dict):
        return [leaf for k, v in value.items() for leaf in _leaves(v, (*place, k))]
    if isinstance(value, list):
        return [leaf for i, v in enumerate(value) for leaf in _leaves(v, (*place, i))]
    return [(place, value)]


def _steady(value: Any) -> bool:
    """Not a time and not a piece of JSON in a text, whose spelling says nothing."""
    if is_number(value):
        return bool(value < _LATE)
    return not isinstance(value, str) or (without_times(value) == value and value[:1] not in {"{", "["})


def _follows_from_times(place: tuple[str | int, ...]) -> bool:
    """A listed credential file's size, which changes with the digits of the times in it."""
    return place[:1] == ("files",) and place[-1:] == ("size",)


def _put(tree: Any, place: tuple[str | int, ...], value: Any) -> Any:
    out = copy.deepcopy(tree)
    inner = out
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return out


def _different(rng: random.Random, value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if is_number(value):
        return value + rng.randint(1, 9)
    if isinstance(value, str):
        at = rng.randint(0, len(value))
        return value[:at] + "§" + value[at:]
    return 0


def _changed_leaf(of: Callable[[Any], bool]) -> Change:
    def change(rng: random.Random, tree: Any) -> Any | None:
        leaves = [(p, v) for p, v in _leaves(tree) if p and of(v) and _steady(v) and not _follows_from_times(p)]
        if not leaves:
            return None
        place, value = rng.choice(leaves)
        return _put(tree, place, _different(rng, value))

    return change


def _type_changed(rng: random.Random, tree: Any) -> Any | None:
    leaves = [(p, v) for p, v in _leaves(tree) if p and _steady(v)]
    if not leaves:
        return None
    place, value = rng.choice(leaves)
    every: tuple[Any, ...] = (None, True, "planted", 7, [], {})
    others = [o for o in every if type(o) is not type(value)]
    if isinstance(value, float):
        others.remove(7)
    return _put(tree, place, rng.choice(others))


def _inner(value: Any, of: type) -> list[Any]:
    found = [value] if isinstance(value, of) else []
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return found + [x for v in below for x in _inner(v, of)]


def _field_added(rng: random.Random, tree: Any) -> Any | None:
    out = copy.deepcopy(tree)
    places = _inner(out, dict)
    if not places:
        return None
    rng.choice(places)["planted_field"] = rng.choice([1, "x", None, False])
    return out


def _field_gone(rng: random.Random, tree: Any) -> Any | None:
    out = copy.deepcopy(tree)
    places = [d for d in _inner(out, dict) if d]
    if not places:
        return None
    inner = rng.choice(places)
    del inner[rng.choice(list(inner))]
    return out


def _reordered(rng: random.Random, tree: Any) -> Any | None:
    out = copy.deepcopy(tree)
    by_chance = {id(out[k]) for k in ("data", "models") if isinstance(out, dict) and isinstance(out.get(k), list)}
    lists = [x for x in _inner(out, list) if len(x) > 1 and x[0] != x[-1] and id(x) not in by_chance]
    lists = [x for x in lists if not all(isinstance(p, dict) and "functionCall" in p for p in x)]
    if not lists:
        return None
    chosen = rng.choice(lists)
    chosen[0], chosen[-1] = chosen[-1], chosen[0]
    return out


JSON_CHANGES: dict[str, Change] = {
    "text changed": _changed_leaf(lambda v: isinstance(v, str)),
    "number changed": _changed_leaf(is_number),
    "truth changed": _changed_leaf(lambda v: isinstance(v, bool)),
    "null changed": _changed_leaf(lambda v: v is None),
    "type changed": _type_changed,
    "field added": _field_added,
    "field gone": _field_gone,
    "re-ordered": _reordered,
}


# ---- bodies ----------------------------------------------------------------------------------------------------------


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


def _blocks(body: bytes) -> list[bytes] | None:
    plain = body.replace(b"\r\n", b"\n")
    if not plain.startswith((b"data:", b"event:")):
        return None
    return [b for b in plain.split(_BLANK) if b.strip()]


def _joined(blocks: list[bytes]) -> bytes:
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
        blocks = _blocks(body)
        if not blocks:
            return None
        changed = change(rng, blocks)
        return None if changed is None else _joined(changed)

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


# ---- headers ---------------------------------------------------------------------------------------------------------


def _header_changed(rng: random.Random, headers: Headers) -> Headers | None:
    places = [i for i, (k, v) in enumerate(headers) if k.lower() not in view.HOP and _steady(v)]
    if not places:
        return None
    i = rng.choice(places)
    return (*headers[:i], (headers[i][0], headers[i][1] + "; planted"), *headers[i + 1 :])


def _header_added(_rng: random.Random, headers: Headers) -> Headers:
    return (*headers, ("X-Planted", "1"))


def _header_gone(rng: random.Random, headers: Headers) -> Headers | None:
    # without a content type a body may be read as what it looks like, which is the same
    places = [i for i, (k, _) in enumerate(headers) if k.lower() not in view.HOP]
    if not places:
        return None
    i = rng.choice(places)
    return (*headers[:i], *headers[i + 1 :])


HEADER_CHANGES: dict[str, Callable[[random.Random, Headers], Headers | None]] = {
    "header changed": _header_changed,
    "header added": _header_added,
    "header gone": _header_gone,
}


# ---- whole exchanges -------------------------------------------------------------------------------------------------


def _answer(
    plant: Callable[[random.Random, Response], Response | None],
) -> Callable[[random.Random, Exchange], Exchange | None]:
    def change(rng: random.Random, one: Exchange) -> Exchange | None:
        changed = None if one.response is None else plant(rng, one.response)
        return None if changed is None else replace(one, response=changed)

    return change


def _call(
    plant: Callable[[random.Random, Request], Request | None],
) -> Callable[[random.Random, Exchange], Exchange | None]:
    def change(rng: random.Random, one: Exchange) -> Exchange | None:
        calls = [i for i, c in enumerate(one.upstream) if c in view.foreground(one.upstream)]
        if not calls:
            return None
        i = rng.choice(calls)
        changed = plant(rng, one.upstream[i].request)
        if changed is None:
            return None
        return replace(
            one, upstream=(*one.upstream[:i], replace(one.upstream[i], request=changed), *one.upstream[i + 1 :])
        )

    return change


def _with_body(change: Callable[[random.Random, bytes], bytes | None], kind: type[Response] | type[Request]) -> Any:
    def on_response(rng: random.Random, got: Response) -> Response | None:
        body = change(rng, got.body)
        return None if body is None else replace(got, chunks=(body,), times=())

    def on_request(rng: random.Random, asked: Request) -> Request | None:
        body = change(rng, asked.body)
        return None if body is None else replace(asked, body=body)

    return on_response if kind is Response else on_request


def _with_headers(change: Callable[[random.Random, Headers], Headers | None]) -> Any:
    def on_message(rng: random.Random, message: Any) -> Any | None:
        headers = change(rng, message.headers)
        return None if headers is None else replace(message, headers=headers)

    return on_message


def _status(rng: random.Random, got: Response) -> Response:
    return replace(got, status=rng.choice([s for s in (200, 400, 401, 404, 429, 500, 502) if s != got.status]))


def _cut(_rng: random.Random, got: Response) -> Response:
    return replace(got, complete=not got.complete)


def _extra_call(_rng: random.Random, one: Exchange) -> Exchange:
    extra = Interaction(Request("POST", "https://planted.example.test/v1/extra", (), b"{}"), None)
    return replace(one, upstream=(*one.upstream, extra))


def _missing_call(rng: random.Random, one: Exchange) -> Exchange | None:
    calls = [i for i, c in enumerate(one.upstream) if c in view.foreground(one.upstream)]
    if not calls:
        return None
    i = rng.choice(calls)
    return replace(one, upstream=(*one.upstream[:i], *one.upstream[i + 1 :]))


EXCHANGE_CHANGES: dict[str, Callable[[random.Random, Exchange], Exchange | None]] = {
    "status": _answer(_status),
    "cut": _answer(_cut),
    **{f"answer {name}": _answer(_with_headers(change)) for name, change in HEADER_CHANGES.items()},
    **{f"answer {name}": _answer(_with_body(change, Response)) for name, change in BODY_CHANGES.items()},
    "upstream URL": _call(lambda _rng, r: replace(r, url=r.url + ("&" if "?" in r.url else "?") + "planted=1")),
    "upstream method": _call(lambda _rng, r: replace(r, method="PUT" if r.method != "PUT" else "POST")),
    **{f"upstream {name}": _call(_with_headers(change)) for name, change in HEADER_CHANGES.items()},
    **{
        f"upstream {name}": _call(_with_body(change, Request))
        for name, change in BODY_CHANGES.items()
        if name.startswith("JSON")
    },
    "extra upstream call": _extra_call,
    "missing upstream call": _missing_call,
}


# ---- the state left behind -------------------------------------------------------------------------------------------


def _config_changed(rng: random.Random, state: dict[str, Any]) -> dict[str, Any] | None:
    tree = yaml.safe_load(state["config.yaml"]) or {}
    tree.pop("port", None)
    tree.get("remote-management", {}).pop("secret-key", None)  # hashed anew at every start
    changed = JSON_CHANGES[rng.choice(["field added", "type changed"])](rng, tree)
    return None if changed is None else {**state, "config.yaml": "port: 1\n" + yaml.safe_dump(changed)}


def _file_changed(rng: random.Random, state: dict[str, Any]) -> dict[str, Any] | None:
    files = {n: t for n, t in state["auth_files"].items() if isinstance(view.tree(t), dict)}
    if not files:
        return None
    name = rng.choice(sorted(files))
    changed = _field_added(rng, view.tree(files[name]))
    return {**state, "auth_files": {**state["auth_files"], name: orjson.dumps(changed).decode()}}


def _file_gone(rng: random.Random, state: dict[str, Any]) -> dict[str, Any] | None:
    if not state["auth_files"]:
        return None
    gone = rng.choice(sorted(state["auth_files"]))
    return {**state, "auth_files": {n: t for n, t in state["auth_files"].items() if n != gone}}


STATE_CHANGES: dict[str, Callable[[random.Random, dict[str, Any]], dict[str, Any] | None]] = {
    "state: configuration changed": _config_changed,
    "state: credential file changed": _file_changed,
    "state: credential file gone": _file_gone,
    "state: credential file added": lambda _rng, s: {**s, "auth_files": {**s["auth_files"], "planted.json": "{}"}},
}

KINDS = (*EXCHANGE_CHANGES, *STATE_CHANGES)


def plant(rng: random.Random, run: Run, kind: str) -> Planted | None:
    """Plant one difference of a kind; None where the run has no place for it."""
    if kind in STATE_CHANGES:
        if run.state_after is None:
            return None
        state = STATE_CHANGES[kind](rng, dict(run.state_after))
        return None if state is None else Planted(kind, replace(run, state_after=state), -1)
    order = list(range(len(run.exchanges)))
    rng.shuffle(order)
    for i in order:
        changed = EXCHANGE_CHANGES[kind](rng, run.exchanges[i])
        if changed is not None:
            return Planted(kind, replace(run, exchanges=(*run.exchanges[:i], changed, *run.exchanges[i + 1 :])), i)
    return None


def twin(run: Run) -> Run:
    """The same run put together anew with nothing planted: other chunks, other key order, same meaning."""
    return replace(run, exchanges=tuple(replace(x, response=_respelled(x.response)) for x in run.exchanges))


def _respelled(got: Response | None) -> Response | None:
    if got is None:
        return None
    body = got.body
    blocks = _blocks(body)
    if blocks is not None:
        body = _joined(blocks)
    else:
        try:
            body = orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)
        except orjson.JSONDecodeError:
            return got
    half = len(body) // 2
    return replace(got, chunks=(body[:half], body[half:]), times=())
