"""Processes of the binary that are kept, one for each state of the time, for exchanges that leave no trace in them.

Everything that decides whether a process may be asked again lives here. Law: a verdict never depends on the one before:
what may have put a credential to rest, changed a file or left something open is the last that a process is asked.
"""

import asyncio
import re
import shutil
import tempfile
from collections import OrderedDict
from pathlib import Path
from typing import Self

import orjson

from shim.binary.instance import SETTLE, Instance
from shim.exchange import Case, Exchange, Response, Run
from shim.tape import digest_of

MOST = 2  # processes kept at once, some 45 MB each
ASKED = 200  # exchanges after which a process is let go, whatever it was asked
_READS = frozenset(["GET", "HEAD", "OPTIONS"])
_FAILURE = re.compile(rb'"error"\s*:\s*[^n\s]|"type"\s*:\s*"(?:error|response\.failed)"|^event:\s*error', re.MULTILINE)
_MANAGED = ("/v0/management/", "/api/", "/v1internal")


class Kept:
    """Plays single exchanges to a build of the legacy. Use as an async context manager.

    Args:
        binary: The build.
        most: Processes kept at once.
        settle: Seconds to wait once one listens.
        folder: For scratch folders and the providers' authority; one that goes when this is over, if none is given.
    """

    def __init__(self, binary: Path, *, most: int = MOST, settle: float = SETTLE, folder: Path | None = None) -> None:
        self._binary, self._most, self._settle = binary, most, settle
        self._own = folder is None
        self._folder = folder or Path(tempfile.mkdtemp(prefix="shim-binary-"))
        self._kept: OrderedDict[bytes, tuple[Instance, int]] = OrderedDict()
        self.started = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for instance, _count in self._kept.values():
            await instance.end()
        self._kept.clear()
        if self._own:
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    async def play(self, case: Case, *, fresh: bool = False) -> Run:
        """Run the binary on a case of one exchange; with `fresh`, in a process that nobody asked before or will again.

        Raises:
            BinaryError: It did not start, or broke off.
        """
        key = state_of(case)
        instance, count = (None, 0) if fresh else self._kept.pop(key, (None, 0))
        keep = False
        try:
            if instance is None:
                instance = Instance(self._binary, self._folder, self._settle)
                self.started += 1
                await instance.start(case)
            one = await instance.ask(case.runs[0].exchanges[0])
            wanted = case.runs[0].state_after is not None
            state = await asyncio.to_thread(instance.left_behind) if wanted else None
            keep = not fresh and count < ASKED and not leaves_trace(one)
            return instance.masked(Run((one,), state_after=state))
        finally:
            if instance is not None:
                await self._put_back(key, instance, count + 1) if keep else await instance.end()

    async def _put_back(self, key: bytes, instance: Instance, count: int) -> None:
        self._kept[key] = instance, count
        if len(self._kept) > self._most:
            _, (oldest, _count) = self._kept.popitem(last=False)
            await oldest.end()


def leaves_trace(one: Exchange) -> bool:
    """Whether a process that had this exchange may answer another one otherwise than a fresh one would."""
    request, answer = one.request, one.response
    path = request.url.partition("?")[0]
    if request.method not in _READS and (request.method != "POST" or path.startswith(_MANAGED)):
        return True
    said = [answer, *(call.response for call in one.upstream)]
    return any(a is None or _failed(a) for a in said)


def _failed(answer: Response) -> bool:
    """Whether a credential may rest for this answer; failures come within streams of status 200 too."""
    body = answer.body
    return not (answer.complete and 200 <= answer.status < 300 and body) or _FAILURE.search(body) is not None


def state_of(case: Case) -> bytes:
    """What tells two states apart."""
    state = [dict(case.config), dict(case.auth_files)]
    return digest_of(orjson.dumps(state, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS))
