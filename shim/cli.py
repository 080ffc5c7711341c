"""The command line: one verb a line, each in the module that does it.

Laws: every command answers `--help`, says what was wrong and what to do on standard error, and leaves 0, 1 or 2; a
verb loads its own module and no other, so that `shim run` is up before the judge would be loaded.
"""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

VERBS = {
    "demo": "shim.demo.show:demo",
    "run": "shim.run.command:app",
    "flags": "shim.flags.command:app",
    "replay": "shim.commands.replaying:replay",
    "diff": "shim.commands.judging:diff",
    "report": "shim.commands.reporting:report",
    "promote": "shim.gates.command:promote_",
    "prove": "shim.commands.judging:prove",
    "learn": "shim.commands.learning:app",
    "record": "shim.commands.recording:record",
    "drift": "shim.commands.drifting:drift",
    "groups": "shim.commands.grouping:groups",
    "accept": "shim.commands.accepting:accept",
    "import": "shim.commands.archive:import_",
    "export": "shim.commands.archive:export",
    "cutover": "shim.cutover.command:cutover",
    "purge": "shim.commands.archive:purge",
}
"""Verb -> the function that does it, or a group of them."""


class Verbs(TyperGroup):
    """Commands that are loaded when they are asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The verbs, in the order of the table."""
        del ctx
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Load a verb's module."""
        del ctx
        module, _, name = VERBS.get(cmd_name, "").partition(":")
        if not module:
            return None
        found = getattr(import_module(module), name)
        if not isinstance(found, typer.Typer):
            one = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
            one.command(cmd_name)(found)
            found = one
        command = typer.main.get_command(found)
        command.name = cmd_name
        return command


app = typer.Typer(
    name="shim",
    cls=Verbs,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def shim() -> None:
    """Replace the CLIProxyAPI binary while it is in use: record, judge, flip, cut over."""


if __name__ == "__main__":
    app()
