"""The processes that follow the recording beside the front: judge, and whoever else reads what was recorded.

Everything that says which of them run, and how, lives here. Law: none of them is in the way of a request; each may
die and is started again, and traffic does not notice.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shim.run.plan import Wishes
from shim.run.settings import FrontSettings
from shim.run.supervise import Program


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
    if wishes.judge:
        yield _python("the judge", context, "shim.shadow", database, niceness=19)
    binary = wishes.second_bin or wishes.legacy_bin
    if wishes.reverse and binary is not None:
        yield _python("the reverse judge", context, "shim.reverse", database, "--legacy-bin", str(binary), niceness=19)
    if wishes.page:
        yield _python("the page", context, "shim.page", database, niceness=5)


def _python(name: str, context: Context, *arguments: str, niceness: int = 0) -> Program:
    """A module of ours as a process."""
    return Program(name, (sys.executable, "-m", *arguments), dict(context.environment), niceness=niceness)
