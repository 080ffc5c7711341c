"""Changes of one exchange: status, headers, bodies, a cut, its upstream calls."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from shim.exchange import Exchange, Headers, Interaction, Request, Response
from shim.judge import view
from shim.judge.planting.bodies import BODY_CHANGES
from shim.judge.planting.leaves import steady


def _header_changed(rng: random.Random, headers: Headers) -> Headers | None:
    places = [i for i, (k, v) in enumerate(headers) if k.lower() not in view.HOP and steady(v)]
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
