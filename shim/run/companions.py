"""The processes that follow the recording beside the front: judge, and whoever else reads what was recorded.

Everything that says which of them run, and how, lives here. Law: none of them is in the way of a request; each may
die and is started again, and traffic does not notice.
"""

import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shim.gates.setting import WEBHOOK
from shim.run.settings import FrontSettings
from shim.run.supervise import Program
from shim.run.wishes import Wishes


@dataclass(frozen=True, slots=True)
class Context:
    """What a companion's command line may be made of.

    Attributes:
        wishes: The command line of `shim run`.
        settings: The front's.
        environment: Ours.
    """

    wishes: Wishes
    settings: FrontSettings
    environment: Mapping[str, str]


def companions(context: Context) -> Iterator[Program]:
    """Those that are to run, in the order in which they start."""
    wishes, database = context.wishes, context.settings.database
    gates = ("--gates", str(wishes.gates)) if wishes.gates else ()
    if wishes.guard:
        told = {WEBHOOK: wishes.webhook} if wishes.webhook else {}
        yield _python("the guard", context, "shim.gates.guard", database, *gates, told=told)
    if wishes.auto_promote:
        yield _python("the promoter", context, "shim.gates.ascent", database, *gates, niceness=10)
    if wishes.judge:
        yield _python("the judge", context, "shim.shadow", database, niceness=19)
    binary = wishes.second_bin or wishes.legacy_bin
    if wishes.reverse and binary is not None:
        yield _python("the reverse judge", context, "shim.reverse", database, "--legacy-bin", str(binary), niceness=19)
    if wishes.log_format == "json":
        yield _python("the log", context, "shim.loglines", database, "--since", f"{time.time():.3f}", niceness=5)
    if wishes.page:
        native = ("--native", str(context.settings.native)) if context.settings.native else ()
        yield _python("the page", context, "shim.page", database, *gates, *native, niceness=5)


def _python(
    name: str, context: Context, *arguments: str, niceness: int = 0, told: Mapping[str, str] | None = None
) -> Program:
    """A module of ours as a process; what it is `told` is no one else's to see, as a command line would be."""
    environment = {**context.environment, **(told or {})}
    return Program(name, (sys.executable, "-m", *arguments), environment, niceness=niceness)
