"""Climbing: one step up for an endpoint whose gate is open.

Law: nothing climbs past a gate that does not pass, nor out of a hold.
"""

from shim.flags.ledger import Change
from shim.gates.gates import Gates
from shim.store.store import Store


class GateClosedError(Exception):
    """The endpoint may not climb: the message says which gate holds it, and what is missing."""


def promote(store: Store, endpoint: str, gates: Gates, who: str) -> Change:
    """Put an endpoint's flag one step up.

    Args:
        store: An open recording.
        endpoint: Its id in the catalogue.
        gates: What is asked for.
        who: Who has it done, for the history.

    Raises:
        GateClosedError: Its gate does not pass.
    """
    del store, gates, who
    raise GateClosedError(endpoint)
