"""What gates and guard are told by their surroundings. Here alone, so that `shim run` need not load them."""

WEBHOOK = "SHIM_WEBHOOK"
"""Environment: the address that roll-backs are told to, which no command line should show."""
GATES = "gates.yaml"
"""The file of gates that is looked for beside the recording where none is named."""
