"""Errors of native's that nothing explains.

Everything that tells an error of native's from one that the legacy would have given too lives here. Laws: what the
legacy was found to answer alike is no error of native's; nor is what comes no more often, for certain, than the
legacy's own; what native broke before its first byte always is.
"""

from collections.abc import Sequence

from shim.faults import Fault
from shim.gates.evidence import Answer
from shim.judge.verdict import Level
from shim.statistics import wilson

_CLEAN = frozenset(str(level) for level in Level if level.clean)
_ANSWERED = (Fault.ERROR, Fault.BROKEN)


def errors(faults: Sequence[Answer], served: int, legacy: Sequence[Answer]) -> list[Answer]:
    """Those of native's faults, crashes aside, that nothing explains.

    Args:
        faults: Native's.
        served: How many answers native gave in the time of these faults.
        legacy: The legacy's newest answers.
    """
    broke = [one for one in faults if one.fault == Fault.FAILED]
    answered = [one for one in faults if one.fault in _ANSWERED and one.level not in _CLEAN]
    usual = sum(one.fault in _ANSWERED for one in legacy) / max(1, len(legacy))
    if wilson(len(answered), max(served, len(answered)))[0] <= usual:
        answered = []
    return sorted([*broke, *answered], key=lambda one: one.id, reverse=True)
