"""`shim run`: front, tap, the supervised processes, and the configuration they are given."""
