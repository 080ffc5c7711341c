"""Faults: how an answer went wrong by the doing of whoever was to give it.

Everything that tells a fault from what a provider or a client did lives here, with the words in which the front says
why native did not answer. Laws: an error that a provider's answer explains is nobody's fault; nor is a client that
leaves; what cannot be told is no fault.
"""

from enum import StrEnum

from shim.exchange import Exchange, Interaction


class Fault(StrEnum):
    """What went wrong."""

    NONE = ""
    CRASH = "crash"
    """Native's process could not be reached, or hung up without an answer: the legacy answered."""
    FAILED = "failed"
    """Native broke before its first byte: the legacy answered."""
    ABSENT = "absent"
    """Native was not there yet, or is not to run: the legacy answered."""
    UNSERVED = "unserved"
    """Native has no handler: the legacy answered."""
    ERROR = "error"
    """Whoever answered said 5xx, and no provider's answer says why."""
    BROKEN = "broken"
    """Whoever answered broke off, and neither provider nor client did."""


UNREACHED = "cannot be reached"
HUNG_UP = "hung up"
NATIVE_FAILED = "native failed"
NATIVE_DECLINED = "native declined"
NO_HANDLER = "native has no handler"
STARTING = "native is still starting"
NOT_RUNNING = "native does not run"

_FALLBACKS = {
    f"native {UNREACHED}": Fault.CRASH,
    f"native {HUNG_UP}": Fault.CRASH,
    NATIVE_FAILED: Fault.FAILED,
    NATIVE_DECLINED: Fault.UNSERVED,
    NO_HANDLER: Fault.UNSERVED,
    STARTING: Fault.ABSENT,
    NOT_RUNNING: Fault.ABSENT,
}
"""How the reason of a fallback begins -> whose fault it is; with any other it is nobody's."""

BY_NATIVE = ("canary", "native")
"""Modes of recorded exchanges that native answered."""


def is_natives(mode: str, fault: str) -> bool:
    """Whether a fault is native's doing: it was to answer and fell, or it did answer and the fault is the answer's."""
    return fault in (Fault.CRASH, Fault.FAILED) or (mode in BY_NATIVE and fault in (Fault.ERROR, Fault.BROKEN))


def fault_of(exchange: Exchange, fallback: str, *, left: bool) -> Fault:
    """What went wrong with an exchange.

    Args:
        exchange: As it was recorded.
        fallback: Why native was to answer and did not, in the front's words; or empty.
        left: Whether the client left before the answer was over.
    """
    for words, fault in _FALLBACKS.items():
        if fallback.startswith(words):
            return fault
    answer = exchange.response
    if left or exchange.unjudgeable or exchange.mode == "front" or any(map(_explains, exchange.upstream)):
        return Fault.NONE
    if exchange.request.method == "WEBSOCKET":  # which side ended it cannot be told
        return Fault.NONE
    if answer is None or not answer.complete:
        return Fault.BROKEN
    return Fault.ERROR if answer.status >= 500 else Fault.NONE


def _explains(call: Interaction) -> bool:
    """Whether a call to a provider is reason enough for an error."""
    answer = call.response
    return answer is None or answer.status >= 400 or not answer.complete
