"""`python -m shim`: the command line, wherever it is installed."""

from shim.cli import app

app()
