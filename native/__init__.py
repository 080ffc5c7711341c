"""The server that replaces the legacy. Runs alone: imports nothing of shim/ or addons/."""
