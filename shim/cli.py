"""The command line: one verb a line, each in the module that does it.

Law: every command answers `--help`, says what was wrong and what to do on standard error, and leaves 0, 1 or 2.
"""

import typer

from shim.commands import judging

app = typer.Typer(
    name="shim",
    help="Replace the CLIProxyAPI binary while it is in use: record, judge, flip, cut over.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

for verb in (judging.replay, judging.prove, judging.diff):
    app.command()(verb)
