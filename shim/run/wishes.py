"""What the command line of `shim run` asks for, as a value."""

from dataclasses import dataclass
from pathlib import Path


class PlanError(Exception):
    """It cannot be started: the message says what was wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """The command line.

    Attributes:
        legacy: `http://host:port` of a binary that runs already, or empty.
        legacy_bin: Path of the binary to supervise, or None.
        config: Its configuration.
        data_dir: Where recordings, keys and copies are kept.
        host: Where the front listens; None to do as the configuration says.
        port: Its port; 0 to do as the configuration says.
        tap: Whether calls to providers are seen.
        native: Whether native runs; None to start it when a flag first asks for it.
        record: Whether to record.
        judge: Whether to judge what is recorded.
        reverse: Whether to judge it the other way round too, where there is a binary for it.
        second_bin: The build that is kept for that; None for the supervised one.
        page: Whether the control room's page is served.
        log_format: `text`, or `json` for a line of JSON for each exchange too.
        drain: Seconds that what has begun is given to end.
        flags_file: A file of flags to follow.
        guard: Whether breaches are rolled back.
        gates: A file of gates.
        webhook: The address that roll-backs are told to.
        auto_promote: Whether endpoints climb by themselves where their gates open.
        extra: Arguments for the binary.
        native_bin: A program to run as native, in the place of this installation's; None for that.
    """

    legacy: str
    legacy_bin: Path | None
    config: Path | None
    data_dir: Path
    host: str | None = None
    port: int = 0
    tap: bool = True
    native: bool | None = None
    record: bool = True
    judge: bool = False
    reverse: bool = False
    second_bin: Path | None = None
    page: bool = False
    log_format: str = "text"
    drain: float = 30.0
    flags_file: Path | None = None
    guard: bool = False
    gates: Path | None = None
    webhook: str = ""
    auto_promote: bool = False
    extra: tuple[str, ...] = ()
    native_bin: Path | None = None


def attached(wishes: Wishes) -> tuple[str, int]:
    """Where a binary listens that is not ours. Raises PlanError."""
    address = wishes.legacy.removeprefix("http://").rstrip("/")
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        raise PlanError(f"--legacy {wishes.legacy!r} is no http://host:port")
    return (host, int(port))
