"""What a lane's play comes to: native's record judged by the binary, or the binary's own by itself.

Pure but for the playing, which is an argument. Laws: a difference that a kept process shows is looked for again in a
fresh one, and counts only there; noise is learned where two fresh processes differ from one another, and from nothing
else; what hangs on what came before the exchange is said to be unjudged.
"""

from collections.abc import Awaitable
from dataclasses import replace
from typing import Protocol

from shim.binary.instance import BinaryError
from shim.exchange import Case, Run
from shim.judge.accepted import Rules
from shim.judge.compare import compare
from shim.judge.judge import unknowable
from shim.judge.noisebook import NoiseBook
from shim.judge.verdict import Kind, Level, Reason, Side, Verdict, unjudged
from shim.judge.view import foreground

_HISTORY = ("/v0/management/usage", "/v0/management/logs", "/v0/management/request-log")
"""Endpoints that answer with what came before, beginnings of paths."""


class Play(Protocol):
    """How a case of one exchange is played to the binary."""

    def __call__(self, case: Case, *, fresh: bool = False) -> Awaitable[Run]:
        """Play it, in a process that was asked other things before or in a fresh one."""


async def reverse(case: Case, play: Play, rules: Rules | None, book: NoiseBook) -> Verdict:
    """Judge an exchange that native answered: the binary is given the request, and what it says is the reference."""

    def judged(played: Run) -> Verdict:
        return compare(replace(case, runs=(played,)), case.runs[0], rules, book)

    early = unplayable(case)
    return early or await _confirmed(case, play, judged)


async def itself(case: Case, play: Play, book: NoiseBook, learned: NoiseBook) -> Verdict:
    """Judge an exchange that the legacy answered by another instance of it.

    Args:
        case: The exchange.
        play: How it is played.
        book: All noise that is known.
        learned: What this legacy taught; grows where it differs from itself.
    """

    def judged(played: Run) -> Verdict:
        return compare(case, played, None, book)

    early = unplayable(case)
    if early is not None:
        return early
    found = await _confirmed(case, play, judged)
    if found.level is not Level.DIFFERENT or not _values_alone(found):
        return found
    try:
        first, second = await play(case, fresh=True), await play(case, fresh=True)
    except BinaryError:
        return found
    if not learned.learn([replace(case, runs=(first, second))]):
        return found
    book.join(learned)
    return judged(second)


def unplayable(case: Case) -> Verdict | None:
    """Why an exchange can be judged by no other process, if it cannot."""
    early = unknowable(case)
    if early is not None:
        return early
    one = case.runs[0].exchanges[0]
    if one.request.url.startswith(_HISTORY):
        return unjudged(Reason.HISTORY, "it tells of requests before it")
    if one.response is not None and one.response.status in {429, 500, 503} and not foreground(one.upstream):
        return unjudged(Reason.HISTORY, "no provider was asked: credentials rested")
    return None


async def _confirmed(case: Case, play: Play, judged: "Judged") -> Verdict:
    try:
        found = judged(await play(case))
        return found if found.clean else judged(await play(case, fresh=True))
    except BinaryError as error:
        return unjudged(Reason.BINARY, str(error))
    except Exception as error:  # noqa: BLE001 - said in the verdict, or the same exchange would end us again and again
        return unjudged(Reason.BINARY, f"{type(error).__name__}: {error}")


class Judged(Protocol):
    """How a play is compared."""

    def __call__(self, played: Run) -> Verdict:
        """The verdict on it."""


def _values_alone(verdict: Verdict) -> bool:
    """Whether nothing but texts differ: structure is never noise."""
    return all(
        d.kind is Kind.CHANGED and d.side is not Side.STATE and isinstance(d.legacy, str) and isinstance(d.native, str)
        for d in verdict.differences
    )
