"""Who answers what: the flag table, where it is kept, and the draw for canaries."""

from shim.flags.ledger import Ledger
from shim.flags.table import Asked, Flag, Mode, Scope, Table, Value, WrongFlagError

__all__ = ["Asked", "Flag", "Ledger", "Mode", "Scope", "Table", "Value", "WrongFlagError"]
