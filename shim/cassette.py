"""Cassettes of vcrpy: what went to providers and came back, so that a provider's test can play it.

Everything that reads or writes that format lives here. Laws: vcrpy itself can play what is written; what its format
has no place for (the pieces of a stream, an answer that broke off) is a field beside, which it passes over.
"""

import base64
from collections.abc import Iterable, Iterator, Mapping
from http.client import responses as phrases
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import yaml

from shim.exchange import Headers, Interaction, Request, Response

VERSION = 1
SUFFIXES = (".yaml", ".yml")

# In C where libyaml is there: ten times as fast.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

type Json = dict[str, Any]


class CassetteError(ValueError):
    """A file that is no cassette: the message says which and why."""


def read(path: Path | str) -> Iterator[Interaction]:
    """The interactions of a cassette, in order.

    Raises:
        CassetteError: The file is none.
        OSError: It cannot be read.
    """
    try:
        tree = yaml.load(Path(path).read_bytes(), Loader=_LOADER)  # noqa: S506 # the safe loader, in C
        for each in tree["interactions"]:
            yield _interaction(each)
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise CassetteError(f"{path} is no cassette: {type(error).__name__}: {error}") from error


def write(path: Path | str, interactions: Iterable[Interaction]) -> int:
    """Write a cassette, replacing it; returns how many interactions it has. Those without an answer are left out."""
    told = [_told(call.request, call.response) for call in interactions if call.response is not None]
    tree = {"interactions": told, "version": VERSION}
    Path(path).write_text(yaml.dump(tree, Dumper=_DUMPER, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return len(told)


def _told(request: Request, response: Response) -> Json:
    answer: Json = {
        "status": {"code": response.status, "message": phrases.get(response.status, "")},
        "headers": _by_name(response.headers),
        "body": {"string": _text(response.body)},
    }
    plain = (response.body,) if response.body else ()
    if response.chunks != plain or not response.complete or response.times or response.delay:
        answer["recorded"] = {
            "sizes": [len(chunk) for chunk in response.chunks],
            "times": list(response.times),
            "complete": response.complete,
            "delay": response.delay,
        }
    sent: Json = {"method": request.method, "uri": request.url, "headers": _by_name(request.headers)}
    return {"request": sent | {"body": _text(request.body) if request.body else None}, "response": answer}


def _interaction(value: Json) -> Interaction:
    sent, got = value["request"], value["response"]
    body = _bytes(got["body"])
    recorded = got.get("recorded") or {}
    sizes = recorded.get("sizes", [len(body)] if body else [])
    ends = list(accumulate(sizes, initial=0))
    return Interaction(
        Request(sent["method"], sent["uri"], _pairs(sent["headers"]), _bytes(sent["body"])),
        Response(
            got["status"]["code"],
            _pairs(got["headers"]),
            tuple(body[start:end] for start, end in pairwise(ends)),
            tuple(recorded.get("times", ())),
            recorded.get("complete", True),
            recorded.get("delay", 0.0),
        ),
    )


def _by_name(headers: Headers) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in headers:
        found.setdefault(name, []).append(value)
    return found


def _pairs(headers: Mapping[str, list[str] | str]) -> Headers:
    return tuple(
        (name, value)
        for name, values in (headers or {}).items()
        for value in (values if isinstance(values, list) else [values])
    )


def _text(data: bytes) -> str | bytes:
    """Bytes as YAML tells them best: text where they are UTF-8, else binary."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def _bytes(value: Any) -> bytes:
    if isinstance(value, Mapping):
        if "base64_string" in value:
            return base64.b64decode(value["base64_string"])
        value = value.get("string")
    if isinstance(value, str):
        return value.encode()
    return bytes(value or b"")
