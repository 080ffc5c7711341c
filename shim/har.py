"""HAR 1.2: exchanges as browsers and proxies write them down.

Everything that reads or writes that format lives here. Laws: any HAR reader takes what is written (our own fields
begin with `_`, as the format asks); a HAR from elsewhere has the client's side alone, so its exchanges say that the
upstream was not seen.
"""

import base64
import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import replace
from http.client import responses as phrases
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from shim.exchange import Exchange, Headers, Interaction, Request, Response
from shim.redact.coding import CodingError, codings_of, decoded
from shim.store.records import Record

FRONT = "http://127.0.0.1:8317"
UNSEEN = "upstream unseen"

type Json = dict[str, Any]


class HarError(ValueError):
    """A file that is no HAR: the message says which and why."""


def read(path: Path | str) -> Iterator[Record]:
    """The exchanges of a HAR; entries that we wrote of calls to providers go with the exchange before them.

    Raises:
        HarError: The file is none.
        OSError: It cannot be read.
    """
    try:
        entries = orjson.loads(Path(path).read_bytes())["log"]["entries"]
        records: list[Record] = []
        for entry in entries:
            if entry.get("_side") == "upstream" and records:
                records[-1] = _with_call(records[-1], _call(entry))
            else:
                records.append(_record(entry))
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise HarError(f"{path} is no HAR: {type(error).__name__}: {error}") from error
    yield from records


def write(path: Path | str, records: Iterable[Record], *, creator: str = "cliproxy-cutover") -> int:
    """Write exchanges, each followed by its calls to providers; returns how many exchanges."""
    entries: list[Json] = []
    count = 0
    for record in records:
        count += 1
        exchange = record.exchange
        side = _entry(exchange.request, exchange.response, FRONT + exchange.request.url, record.began, record.took)
        # Whether its upstream is known is ours to say; a reader from elsewhere passes it over.
        side |= {"_side": "client", "_mode": exchange.mode, "_unjudgeable": exchange.unjudgeable, "_id": exchange.id}
        entries.append(side)
        for at, call in enumerate(exchange.upstream):
            began, took = record.upstream_times[at] if at < len(record.upstream_times) else (record.began, 0.0)
            entries.append(_entry(call.request, call.response, call.request.url, began, took) | {"_side": "upstream"})
    log = {"version": "1.2", "creator": {"name": creator, "version": "1"}, "entries": entries}
    Path(path).write_bytes(orjson.dumps({"log": log}, option=orjson.OPT_INDENT_2))
    return count


def _entry(request: Request, response: Response | None, url: str, began: float, took: float) -> Json:
    first = response.times[0] if response and response.times else took
    timings = {"send": 0, "wait": first * 1000, "receive": max(took - first, 0) * 1000}
    return {
        "startedDateTime": dt.datetime.fromtimestamp(began, dt.UTC).isoformat(),
        "time": sum(timings.values()),
        "request": _request(request, url),
        "response": _response(response),
        "cache": {},
        "timings": timings,
        **({"_frames": request.frames} if request.frames else {}),
    }


def _request(request: Request, url: str) -> Json:
    kind = next((value for name, value in request.headers if name.lower() == "content-type"), "")
    query = [{"name": name, "value": value} for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True)]
    told: Json = {"method": request.method, "url": url, "httpVersion": "HTTP/1.1", "cookies": [], "queryString": query}
    told |= {"headers": _named(request.headers), "headersSize": -1, "bodySize": len(request.body)}
    if request.body:
        told["postData"] = {"mimeType": kind, "params": [], **_told(request.body)}
    return told


def _response(response: Response | None) -> Json:
    """An answer; status 0, as browsers write it, where none came."""
    status = response.status if response else 0
    told: Json = {"status": status, "statusText": phrases.get(status, ""), "httpVersion": "HTTP/1.1", "cookies": []}
    headers = response.headers if response else ()
    kind = next((value for name, value in headers if name.lower() == "content-type"), "")
    body = response.body if response else b""
    told |= {"headers": _named(headers), "redirectURL": "", "headersSize": -1, "bodySize": len(body)}
    told["content"] = {"size": len(body), "mimeType": kind, **_told(body)}
    if response:
        told |= {"_complete": response.complete, "_sizes": [len(chunk) for chunk in response.chunks]}
        told |= {"_times": response.times, "_delay": response.delay}
    return told


def _record(entry: Json) -> Record:
    call = _call(entry)
    parts = urlsplit(call.request.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    exchange = Exchange(
        replace(call.request, url=path),
        call.response,
        unjudgeable=entry.get("_unjudgeable", UNSEEN),
        mode=entry.get("_mode", "legacy"),
    )
    began = dt.datetime.fromisoformat(entry["startedDateTime"]).timestamp()
    endpoint = f"{call.request.method} {parts.path}"
    return Record(exchange, began=began, took=float(entry.get("time", 0)) / 1000, endpoint=endpoint)


def _with_call(record: Record, call: Interaction) -> Record:
    return replace(record, exchange=replace(record.exchange, upstream=(*record.exchange.upstream, call)))


def _call(entry: Json) -> Interaction:
    sent, got = entry["request"], entry["response"]
    request = Request(
        sent["method"],
        sent["url"],
        _pairs(sent["headers"]),
        _bytes(sent.get("postData") or {}),
        tuple(entry.get("_frames", ())),
    )
    if not got["status"]:
        return Interaction(request, None)
    body = _bytes(got["content"])
    ends = list(accumulate(got.get("_sizes", [len(body)] if body else []), initial=0))
    return Interaction(
        request,
        Response(
            got["status"],
            _as_kept(_pairs(got["headers"]), body),
            tuple(body[start:end] for start, end in pairwise(ends)),
            tuple(got.get("_times", ())),
            got.get("_complete", True),
            got.get("_delay", 0.0),
        ),
    )


def _as_kept(headers: Headers, body: bytes) -> Headers:
    """The headers that fit the body as it is kept: browsers keep it with its content coding undone."""
    codings = codings_of(headers)
    if not codings:
        return headers
    try:
        decoded(body, codings)
    except CodingError:
        return tuple((name, value) for name, value in headers if name.lower() != "content-encoding")
    return headers


def _named(headers: Headers) -> list[Json]:
    return [{"name": name, "value": value} for name, value in headers]


def _pairs(headers: list[Json]) -> Headers:
    # HTTP/2's own (`:path`) are no headers.
    return tuple((each["name"], each["value"]) for each in headers if not each["name"].startswith(":"))


def _told(data: bytes) -> Json:
    try:
        return {"text": data.decode()}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(data).decode(), "encoding": "base64"}


def _bytes(content: Json) -> bytes:
    text = content.get("text") or ""
    return base64.b64decode(text) if content.get("encoding") == "base64" else text.encode()
