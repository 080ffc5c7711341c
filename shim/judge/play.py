"""Native run on a record: in this process, on the state of the time, its upstream played, its clock given.

Everything that drives native for a judgement lives here. Laws: no socket is opened and no provider is called; time is
virtual, so pauses cost nothing; native sees a scratch folder of its own and never the user's files.
"""

import asyncio
import contextlib
import itertools
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from email.utils import parsedate_to_datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web
from ruamel.yaml import YAML

from native import config as configuration
from native.listening import Serving
from native.outside import SystemIds
from native.server import HANDLER, SERVICE, build
from native.settings import Settings
from native.stores import Stores
from native.surface.routes import Routes
from shim.exchange import Case, Exchange, Interaction, Request, Response, Run
from shim.judge.choice import RecordedChoice
from shim.judge.conversation import ask, filled
from shim.judge.in_memory import MemoryLine
from shim.judge.playback import PlayedUpstream
from shim.judge.view import BACKGROUND, foreground
from shim.judge.virtual_time import run as run_on_virtual_time

PORT = 8317
_EPOCH = 1_763_700_000.0  # when a case that does not say otherwise takes place
_AFTER = 0.02  # seconds to wait behind an exchange for what it sets off
_EGRESS, _SOCKS = "http://127.0.0.1:18318", "socks5://127.0.0.1:18318"
_IN_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - mkdtemp makes what is in it private
_QUIET = logging.getLogger("shim.judge.native")  # an error of native's stands in the verdict
_QUIET.setLevel(logging.CRITICAL)
_CASES = itertools.count()
_LONGEST = 90.0  # virtual seconds for a whole case


class PlayError(Exception):
    """Native could not be run on a case: the message says at which step and why."""


class VirtualClock:
    """The wall clock of a case: it starts at its hour and moves with the loop's virtual time."""

    def __init__(self, start: float = _EPOCH) -> None:
        self._start = start

    def now(self) -> float:
        """Seconds since 1970."""
        return self._start + asyncio.get_running_loop().time()


def hour_of(recorded: Run) -> float:
    """When a run took place, by the date of the first answer that has one."""
    waited = 0.0
    for exchange in recorded.exchanges:
        waited += exchange.pause
        headers = exchange.response.headers if exchange.response else ()
        date = next((value for name, value in headers if name.lower() == "date"), "")
        with contextlib.suppress(ValueError):
            return parsedate_to_datetime(date).timestamp() - waited
    return _EPOCH


def handles(request: Request, routes: Routes) -> bool:
    """Whether native has an endpoint for a request."""
    method = "GET" if request.method == "WEBSOCKET" else request.method
    path = request.url.partition("?")[0]
    return method == "OPTIONS" or routes.find(method, path) is not None or routes.slashed(method, path) is not None


def play(case: Case) -> Run:
    """Run native on a case and return what it did.

    Raises:
        PlayError: Native did not start on the case's state, or an exchange did not end.
    """
    with _workplace(case) as (config, stores):
        return run_on_virtual_time(_play(case, config, stores))


def _tree(config: bytes, work: str) -> dict[str, Any]:
    """A configuration as a tree, with this machine's own values where the recording has marks."""
    text = config.decode()
    for mark, value in (("$WORK", work), ("$EGRESS", _EGRESS), ("$SOCKS", _SOCKS)):
        text = text.replace(mark, value)
    return {**orjson.loads(text), "port": PORT}


@lru_cache(maxsize=64)
def _config(text: bytes) -> configuration.Config:
    """A configuration that nothing in the case changes, read once; where files lie is told by the stores, not by it."""
    return configuration.parse(_tree(text, "$WORK"))


@contextlib.contextmanager
def _workplace(case: Case) -> Iterator[tuple[configuration.Config, Stores]]:
    """A folder with the state of the time, gone afterwards; one that stays empty serves all that have no files."""
    text = orjson.dumps(case.config)
    asked_for = any("/config.yaml" in x.request.url for x in case.runs[0].exchanges)
    filed = case.runs[0].state_after is not None or asked_for
    try:
        if not (filed or case.auth_files):
            nowhere = Path(_no_files().name)
            logs = nowhere / f"logs-{next(_CASES)}"  # another case's failures are none of this one's
            yield _config(text), Stores(nowhere / "auth", nowhere / "config.yaml", logs)
            if logs.is_dir():  # few cases log anything
                shutil.rmtree(logs, ignore_errors=True)
            return
        with tempfile.TemporaryDirectory(prefix="judge-", dir=_IN_MEMORY) as folder:
            work = Path(folder)
            (work / "auth").mkdir()
            for name, content in case.auth_files.items():
                (work / "auth" / name).write_bytes(orjson.dumps(content))
            stores = Stores(work / "auth", work / "config.yaml", work / "logs")
            yield _written(_tree(text, folder), work / "config.yaml") if filed else _config(text), stores
    except configuration.ConfigError as error:
        raise PlayError(f"the configuration of the time is refused: {error}") from error


def _written(tree: dict[str, Any], file: Path) -> configuration.Config:
    """A configuration that stands in its file."""
    with file.open("w", encoding="utf-8") as out:
        YAML().dump(tree, out)
    return configuration.parse(tree)


@cache
def _no_files() -> tempfile.TemporaryDirectory[str]:
    """A folder with an empty folder of log-ins, for the life of this process."""
    found = tempfile.TemporaryDirectory(prefix="judge-", dir=_IN_MEMORY)
    (Path(found.name) / "auth").mkdir()
    return found


async def _play(case: Case, config: configuration.Config, stores: Stores) -> Run:
    recorded = case.runs[0]
    every = [*recorded.startup_upstream, *(i for x in recorded.exchanges for i in x.upstream)]
    upstream = PlayedUpstream(i for i in every if BACKGROUND.search(i.request.url))
    upstream.load(recorded.startup_upstream)
    settings = Settings(callback_ports=False)  # nothing of this process: neither its environment nor its ports
    clock = VirtualClock(hour_of(recorded))
    app = build(config, upstream=upstream, clock=clock, ids=SystemIds(), stores=stores, settings=settings)
    choice = RecordedChoice(upstream.asked)
    if len(case.runs) == 1 and len(recorded.exchanges) == 1:  # a live exchange: whose turn it was is not in the state
        app[SERVICE].pool.choose = choice
    runner = Serving(app[HANDLER], app[SERVICE], access_log=None, logger=_QUIET)
    await runner.setup()
    try:
        async with asyncio.timeout(_LONGEST):
            exchanges = await _converse(runner, recorded, upstream, choice)
    except TimeoutError as error:
        raise PlayError(f"native did not end the case within {_LONGEST:.0f} s of its own time") from error
    finally:
        await runner.cleanup()
    state = _left_behind(stores) if recorded.state_after is not None else None
    marks = ((str(stores.auth_dir.parent), "$WORK"), (f"127.0.0.1:{PORT}", "$LISTEN"), ("127.0.0.1:18318", "$PROXY"))
    return masked(Run(tuple(exchanges), state_after=state), marks)


async def _converse(
    runner: web.BaseRunner, recorded: Run, upstream: PlayedUpstream, choice: RecordedChoice
) -> list[Exchange]:
    server = runner.server
    if server is None:
        raise PlayError("native's server did not start")
    line = MemoryLine(server, f"http://127.0.0.1:{PORT}")
    out: list[Exchange] = []
    answers: list[Response] = []
    for one in recorded.exchanges:
        upstream.load(one.upstream)
        choice.load(foreground(one.upstream), upstream.asked)
        await asyncio.sleep(one.pause)
        request = filled(one.request, answers)
        answer = await ask(line, request)
        await asyncio.sleep(one.after or _AFTER)
        answers.append(answer)
        out.append(replace(one, response=answer, upstream=tuple(upstream.asked)))
    return out


def _left_behind(stores: Stores) -> dict[str, Any]:
    file = stores.config_file
    return {
        "config.yaml": file.read_text(encoding="utf-8") if file is not None and file.exists() else "",
        "auth_files": {f.name: f.read_text(encoding="utf-8") for f in sorted(stores.auth_dir.iterdir()) if f.is_file()},
    }


def masked(run: Run, marks: Sequence[tuple[str, str]]) -> Run:
    """Put the recording's marks where this machine's own addresses and folders stand: (own, mark) pairs."""

    def text(value: str) -> str:
        for own, mark in marks:
            value = value.replace(own, mark)
        return value

    def data(value: bytes) -> bytes:
        for own, mark in marks:
            if own.encode() in value:
                value = value.replace(own.encode(), mark.encode())
        return value

    def call(one: Interaction) -> Interaction:
        asked = one.request
        headers = tuple((k, text(v)) for k, v in asked.headers)
        return replace(one, request=replace(asked, url=text(asked.url), headers=headers, body=data(asked.body)))

    def exchange(one: Exchange) -> Exchange:
        got = one.response
        if got is not None:
            headers = tuple((k, text(v)) for k, v in got.headers)
            got = replace(got, headers=headers, chunks=tuple(map(data, got.chunks)))
        return replace(one, response=got, upstream=tuple(map(call, one.upstream)))

    state = run.state_after
    if state is not None:
        files = {text(n): text(c) for n, c in state["auth_files"].items()}
        state = {"config.yaml": text(state["config.yaml"]), "auth_files": files}
    return replace(run, exchanges=tuple(map(exchange, run.exchanges)), state_after=state)
