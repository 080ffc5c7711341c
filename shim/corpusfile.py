"""Corpus files: recorded cases as one JSON object a line, gzipped where the name ends in `.gz`.

Everything that reads or writes that format lives here. Law: what is read and written again says the same, field for
field; what a file does not know of an exchange (times of chunks, who answered) is an added field that readers of the
plain format pass over, and is left out where it says nothing.
"""

import base64
import gzip
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Literal

import orjson

from shim.exchange import Case, Exchange, Headers, Interaction, Request, Response, Run

FORMAT = 1
SUFFIXES = (".jsonl", ".jsonl.gz")
_CASE_FIELDS = frozenset({"format", "family", "case", "legacy", "about", "fixture", "runs"})

type Json = dict[str, Any]


class CorpusError(ValueError):
    """A file that is no corpus file: the message says which, where and why."""


def files(path: Path) -> list[Path]:
    """The corpus files at a path: itself, or all below a folder, in the order of their names."""
    if path.is_dir():
        return sorted(found for found in path.rglob("*.jsonl*") if found.name.endswith(SUFFIXES))
    return [path]


def read(path: Path | str) -> Iterator[Case]:
    """Read the cases of a file, or of every corpus file below a folder, one by one.

    Raises:
        CorpusError: A line is no case; names file and line.
        OSError: The file cannot be read.
    """
    for file in files(Path(path)):
        with _open(file, "rb") as lines:
            done = 0
            try:
                for line in lines:
                    if line.strip():
                        yield case_from_json(orjson.loads(line))
                    done += 1
            except (KeyError, TypeError, ValueError, AttributeError, EOFError, gzip.BadGzipFile) as error:
                raise CorpusError(f"{file}, line {done + 1}: {type(error).__name__}: {error}") from error


def write(path: Path | str, cases: Iterable[Case]) -> int:
    """Write cases to a file, replacing it; returns how many. Equal cases give an equal file."""
    count = 0
    with _open(Path(path), "wb") as out:
        for case in cases:
            out.write(orjson.dumps(case_to_json(case)) + b"\n")
            count += 1
    return count


def _open(path: Path, mode: Literal["rb", "wb"]) -> IO[bytes] | gzip.GzipFile:
    if path.name.endswith(".gz"):
        # A set time keeps equal cases equal files.
        return gzip.GzipFile(path, mode, compresslevel=9, mtime=0)
    return path.open(mode)


def case_from_json(value: Json) -> Case:
    """Build a case from its JSON form."""
    return Case(
        family=value["family"],
        name=value["case"],
        config=value["fixture"]["config"],
        auth_files=value["fixture"].get("auth_files") or {},
        runs=tuple(map(_run, value["runs"])),
        legacy=value.get("legacy", ""),
        about=value.get("about", ""),
        extra={key: kept for key, kept in value.items() if key not in _CASE_FIELDS},
    )


def case_to_json(case: Case) -> Json:
    """The JSON form of a case."""
    return {
        "format": FORMAT,
        "family": case.family,
        "case": case.name,
        "legacy": case.legacy,
        "about": case.about,
        "fixture": {"config": case.config, "auth_files": case.auth_files},
        "runs": [_run_json(run) for run in case.runs],
        **case.extra,
    }


def _run(value: Json) -> Run:
    return Run(
        exchanges=tuple(map(exchange_from_json, value["exchanges"])),
        startup_upstream=tuple(map(_interaction, value.get("startup_upstream", ()))),
        state_after=value.get("state_after"),
    )


def _run_json(run: Run) -> Json:
    out: Json = {"exchanges": [exchange_to_json(exchange) for exchange in run.exchanges]}
    if run.startup_upstream:
        out["startup_upstream"] = [_interaction_json(call) for call in run.startup_upstream]
    if run.state_after is not None:
        out["state_after"] = run.state_after
    return out


def _request(value: Json, address: str) -> Request:
    """A request; a client's has a path, a provider's a whole address."""
    return Request(
        method=value["method"],
        url=value[address],
        headers=_headers(value["headers"]),
        body=decode(value.get("body") or {}),
        frames=tuple(value.get("frames", ())),
    )


def exchange_from_json(value: Json) -> Exchange:
    """Build an exchange from its JSON form."""
    response = value.get("response")
    return Exchange(
        request=_request(value["request"], "path"),
        response=None if response is None else _response(response),
        upstream=tuple(map(_interaction, value["upstream"])),
        pause=value.get("pause", 0.0),
        after=value.get("after", 0.0),
        unjudgeable=value.get("unjudgeable", ""),
        id=value.get("id", ""),
        mode=value.get("mode", "legacy"),
    )


def exchange_to_json(exchange: Exchange) -> Json:
    """The JSON form of an exchange."""
    request, response = exchange.request, exchange.response
    sent: Json = {"method": request.method, "path": request.url, "headers": request.headers}
    sent["body"] = encode(request.body)
    got: Json | None = None
    if response is not None:
        got = {"status": response.status, "headers": response.headers, "body": encode(response.body)}
        got |= {"complete": response.complete, **_pieces(response)}
    return {
        **_said(pause=exchange.pause, after=exchange.after, id=exchange.id, unjudgeable=exchange.unjudgeable),
        **({"mode": exchange.mode} if exchange.mode != "legacy" else {}),
        "request": sent | _said(frames=request.frames),
        "response": got,
        "upstream": [_interaction_json(call) for call in exchange.upstream],
    }


def _pieces(response: Response) -> Json:
    """What the client's side has beyond the plain format: where the pieces of its body end, and when they came."""
    sizes = [len(chunk) for chunk in response.chunks] if len(response.chunks) > 1 else []
    return _said(sizes=sizes, times=response.times, delay=response.delay)


def _response(value: Json) -> Response:
    body = decode(value.get("body") or {})
    return Response(
        status=value["status"],
        headers=_headers(value["headers"]),
        chunks=_cut(body, value["sizes"]) if "sizes" in value else (body,) if body else (),
        times=tuple(value.get("times", ())),
        complete=value.get("complete", True),
        delay=value.get("delay", 0.0),
    )


def _cut(body: bytes, sizes: list[int]) -> tuple[bytes, ...]:
    chunks, at = [], 0
    for size in sizes:
        chunks.append(body[at : at + size])
        at += size
    if at != len(body):
        raise CorpusError(f"the sizes of a body's pieces add up to {at}, the body has {len(body)} bytes")
    return tuple(chunks)


def _interaction(value: Json) -> Interaction:
    response = value.get("response")
    return Interaction(
        request=_request(value["request"], "url"),
        response=None
        if response is None
        else Response(
            status=response["status"],
            headers=_headers(response["headers"]),
            chunks=tuple(map(decode, response["chunks"])),
            times=tuple(response.get("times", ())),
            complete=response.get("complete", True),
            delay=response.get("delay", 0.0),
        ),
    )


def _interaction_json(call: Interaction) -> Json:
    request, response = call.request, call.response
    sent: Json = {"method": request.method, "url": request.url, "headers": request.headers}
    sent |= {"body": encode(request.body), **_said(frames=request.frames)}
    if response is None:
        return {"request": sent, "response": None}
    got: Json = {"status": response.status, "headers": response.headers}
    got |= {"chunks": [encode(chunk) for chunk in response.chunks], "complete": response.complete}
    return {"request": sent, "response": got | _said(times=response.times, delay=response.delay)}


def _said(**fields: Any) -> Json:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value}


def _headers(pairs: Iterable[Iterable[str]]) -> Headers:
    return tuple((name, value) for name, value in pairs)


def encode(data: bytes) -> Json:
    """Bytes as JSON: text where they are UTF-8."""
    try:
        return {"text": data.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def decode(value: Mapping[str, str]) -> bytes:
    """Bytes out of their JSON form."""
    if "base64" in value:
        return base64.b64decode(value["base64"], validate=True)
    return value.get("text", "").encode()
