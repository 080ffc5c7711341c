"""`judge(case)`: the one place where native is judged on a record. Shadow, replay and drift are its callers.

Law: what cannot be known is said to be unjudged, with the reason, and is never clean.
"""

from native.server import declared
from shim.exchange import Case
from shim.judge.accepted import Rules
from shim.judge.compare import compare
from shim.judge.noisebook import NoiseBook
from shim.judge.play import PlayError, handles, play
from shim.judge.verdict import Reason, Verdict, unjudged

_UNJUDGEABLE = {r.value: r for r in Reason}


def unknowable(case: Case) -> Verdict | None:
    """Why the recording itself is no evidence, if it is none."""
    if not case.runs or not case.runs[0].exchanges:
        return unjudged(Reason.NO_ANSWER, "nothing was recorded")
    for one in (x for r in case.runs for x in r.exchanges):
        if one.unjudgeable:
            return unjudged(_UNJUDGEABLE.get(one.unjudgeable, Reason.UPSTREAM_UNSEEN), one.unjudgeable)
        if one.response is None:
            return unjudged(Reason.NO_ANSWER)
        if any(i.response is None for i in one.upstream):
            return unjudged(Reason.UPSTREAM_UNSEEN, "a provider's answer was not seen")
    return None


def _unhandled(case: Case) -> Verdict | None:
    for one in case.runs[0].exchanges:
        if not handles(one.request, declared()) and one.response is not None and one.response.status != 404:
            return unjudged(Reason.NO_HANDLER, f"{one.request.method} {one.request.url.partition('?')[0]}")
    return None


def judge(case: Case, rules: Rules | None = None, book: NoiseBook | None = None) -> Verdict:
    """Run native on a recorded case and compare it with what the legacy did.

    Args:
        case: A corpus case, or a live exchange with the state of the time.
        rules: Accepted differences.
        book: Noise learned elsewhere, for a case that has one run only.
    """
    early = unknowable(case) or _unhandled(case)
    if early is not None:
        return early
    try:
        native = play(case)
    except PlayError as error:
        return unjudged(Reason.NATIVE_FAILED, str(error))
    except Exception as error:  # noqa: BLE001 - whatever native breaks with is the finding, not the judge's end
        return unjudged(Reason.NATIVE_FAILED, f"{type(error).__name__}: {error}")
    try:
        return compare(case, native, rules, book)
    except RecursionError:
        return unjudged(Reason.TRUNCATED, "nested deeper than can be compared")
