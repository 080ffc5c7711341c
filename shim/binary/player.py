"""The binary run on a record: a fresh process on the state of the time for each case, its providers played to it.

Law: what one case does to the process, another one never meets.
"""

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Self

from shim.binary.instance import SETTLE, BinaryError, Instance
from shim.exchange import Case, Exchange, Response, Run

__all__ = ["BinaryError", "Player"]


class Player:
    """Plays cases to a build of the legacy. Use as an async context manager.

    Args:
        binary: The build.
        settle: Seconds to wait once it listens.
        folder: For scratch folders and the providers' authority; one that goes when this is over, if none is given.
    """

    def __init__(self, binary: Path, *, settle: float = SETTLE, folder: Path | None = None) -> None:
        self._binary, self._settle = binary, settle
        self._own = folder is None
        self._folder = folder or Path(tempfile.mkdtemp(prefix="shim-binary-"))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._own:
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    async def play(self, case: Case) -> Run:
        """Run the binary on a case.

        Raises:
            BinaryError: It did not start, or broke off.
        """
        instance = Instance(self._binary, self._folder, self._settle)
        try:
            await instance.start(case)
            exchanges = await _converse(instance, case.runs[0])
            wanted = case.runs[0].state_after is not None
            state = await asyncio.to_thread(instance.left_behind) if wanted else None
            return instance.masked(Run(exchanges, state_after=state))
        finally:
            await instance.end()


async def _converse(instance: Instance, recorded: Run) -> tuple[Exchange, ...]:
    answers: list[Response] = []
    played: list[Exchange] = []
    for one in recorded.exchanges:
        done = await instance.ask(one, answers)
        if done.response is not None:
            answers.append(done.response)
        played.append(done)
    return tuple(played)
