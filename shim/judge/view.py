"""A run as a tree of what is compared: answers, upstream calls, and the state left behind.

Reading only: headers that a hop makes anew or that name the build are left out, bodies become JSON trees or event
sequences, and what Go
orders by chance (a model list, the hours of a statistic) is put in order. Nothing else is dropped.
"""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import orjson
import yaml

from shim.exchange import Exchange, Headers, Interaction, Request, Response, Run
from shim.judge.noise import without_times

type Tree = dict[str, Any]

HOP = frozenset(
    ["date", "content-length", "connection", "transfer-encoding", "host", "server", "keep-alive", "accept-encoding"]
)
# What a provider module asks on its own account, at times of its own: not part of an exchange.
BACKGROUND = re.compile(
    r"/copilot_internal/v2/token|githubcopilot\.com/models|ListAvailableModels|fetchAvailableModels|loadCodeAssist"
)
_BLANK = re.compile(r"\r?\n\r?\n")


def decoded(body: bytes) -> str:
    """Bytes as text; in base64, marked so, where they are none."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return "base64:" + base64.b64encode(body).decode()


def tree(text: str) -> Any:
    """JSON text as a value; the text itself where it is none."""
    try:
        return orjson.loads(text)
    except ValueError:
        pass
    try:  # what orjson refuses and others send: NaN, lone surrogates, integers of any size
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def events(text: str) -> list[Tree]:
    """Server-sent events in order: name, data (parsed where it is JSON), and every other line."""
    out = []
    for block in _BLANK.split(text):
        name, data, other = None, [], []
        for line in block.splitlines():
            if line.startswith("event:"):
                name = line[6:].strip()
            elif line.startswith("data:"):
                data.append(line[5:].lstrip())
            elif line.strip():
                other.append(line)
        if name or data or other:
            out.append({"event": name, "data": tree("\n".join(data)), "other": other})
    return out


def settled(value: Any) -> Any:
    """Put in order what the legacy lists in the order of a Go map, and leave out what follows from times alone."""
    if not isinstance(value, dict):
        return value
    out = dict(value)
    for key in ("data", "models"):
        if isinstance(out.get(key), list) and all(isinstance(m, dict) for m in out[key]):
            out[key] = sorted(out[key], key=lambda m: str(m.get("id") or m.get("name")))
    for key in ("first_id", "last_id"):
        if key in out and isinstance(out.get("data"), list):
            out[key] = out[key] in [m.get("id") for m in out["data"] if isinstance(m, dict)]
    if isinstance(out.get("files"), list):  # a credential file's size changes with the digits of the times in it
        out["files"] = [_sized(f) for f in out["files"]]
    if isinstance(out.get("usage"), dict):
        out["usage"] = {
            k: [v[hour] for hour in sorted(v)] if k.endswith(("_by_hour", "_by_day")) and isinstance(v, dict) else v
            for k, v in out["usage"].items()
        }
    return out


def _sized(file: Any) -> Any:
    if isinstance(file, dict) and type(file.get("size")) is int:  # a truth is no size
        return {**file, "size": "<more than 0>" if file["size"] > 0 else 0}
    return file


def headers(pairs: Headers) -> dict[str, list[str]]:
    """Headers that matter: lower-case name -> values in order."""
    out: dict[str, list[str]] = {}
    for name, value in pairs:
        lower = name.lower()
        if lower not in HOP:
            out.setdefault(lower, []).append(value)
    return out


@lru_cache(maxsize=4096)
def _upstream_body(body: bytes, content_type: str) -> tuple[str, Any]:
    return _read(decoded(body), content_type)


def _read(text: str, content_type: str) -> tuple[str, Any]:
    if "event-stream" in content_type or text.startswith(("data:", "event:")):
        return "sse", events(text)
    value = tree(text)
    if value is text:
        return "text", text
    return "json", settled(value)


def message(pairs: Headers, body: bytes) -> Tree:
    """Headers and body of one side."""
    found = headers(pairs)
    kind, value = _read(decoded(body), found.get("content-type", [""])[0])
    return {"headers": found, kind: value}


def request(asked: Request) -> Tree:
    """An upstream call."""
    found = headers(asked.headers)
    kind, value = _upstream_body(asked.body, found.get("content-type", [""])[0])
    return {"method": asked.method, "url": _address(asked.url), "headers": found, kind: value}


def _address(url: str) -> str:
    """An address without the port that it has anyway: the tap names none, a configuration may."""
    for scheme, port in (("https://", ":443"), ("http://", ":80")):
        if url.startswith(scheme):
            host, slash, rest = url.removeprefix(scheme).partition("/")
            return f"{scheme}{host.removesuffix(port)}{slash}{rest}"
    return url


def response(got: Response | None) -> Tree:
    """An answer; a client that got none is seen as status 0."""
    if got is None:
        return {"status": 0, "complete": False, "headers": {}, "text": ""}
    return {"status": got.status, "complete": got.complete, **message(got.headers, got.body)}


def foreground(calls: Iterable[Interaction]) -> list[Interaction]:
    """The upstream calls that belong to the exchange itself."""
    return [i for i in calls if not BACKGROUND.search(i.request.url)]


def exchange(one: Exchange) -> Tree:
    """One exchange as it is compared."""
    return {
        "response": response(one.response),
        "upstream": [request(i.request) for i in foreground(one.upstream)],
    }


def state(left: Mapping[str, Any]) -> Tree:
    """Configuration and credential files as trees; the port and the hashed key, which a run makes up, masked."""
    text = re.sub(r"(port: )\d+|(secret-key: ).*", r"\1\2x", str(left["config.yaml"]))
    return {
        "config": yaml.safe_load(text),
        "auth": {without_times(name): tree(content) for name, content in left["auth_files"].items()},
    }


def run(one: Run) -> Tree:
    """A whole run as it is compared."""
    out: Tree = {"exchanges": [exchange(x) for x in one.exchanges]}
    if one.state_after is not None:
        out["state"] = state(one.state_after)
    return out
