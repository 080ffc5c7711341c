"""What the front's process is told by the one that starts it.

Everything that passes between the two lives here: one line of JSON on standard input, which then stays open for as
long as the one that started it lives. Law: what one writes the other reads.
"""

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from shim.run.disguise import Disguise


@dataclass(frozen=True, slots=True)
class Copied:
    """A disguised copy of the configuration: where it lies, and who reads it."""

    path: str
    who: str
    port: int


@dataclass(frozen=True, slots=True)
class FrontSettings:
    """Everything the front's process needs.

    Attributes:
        front: Descriptor of the bound socket that clients connect to.
        legacy: The legacy's port on loopback, or `host:port`.
        database: Where recordings and flags are kept; empty for none.
        tap: Descriptor of the bound socket for calls to providers; None to go without a tap.
        tap_port: Its port.
        native: Native's port, where it runs.
        key: The tap's key, certificate and the roots it trusts: files.
        certificate: See `key`.
        trusted: See `key`.
        config: The user's configuration, where it is watched; empty in attach mode.
        copies: Its disguised copies.
        front_port: What the user's configuration says of the port.
        drain: Seconds that what has begun is given to end.
        record: Whether to record.
        wait: Seconds to wait for the legacy before clients are let in.
        flags_file: A file of flags to follow, or empty.
        tls_certificate: For clients that speak TLS, or empty.
        tls_key: See `tls_certificate`.
        environment: The user's, as far as it is about proxies.
    """

    front: int
    legacy: str
    database: str
    tap: int | None = None
    tap_port: int = 0
    native: int | None = None
    key: str = ""
    certificate: str = ""
    trusted: str = ""
    config: str = ""
    copies: tuple[Copied, ...] = ()
    front_port: int = 8317
    drain: float = 30.0
    record: bool = True
    wait: float = 20.0
    flags_file: str = ""
    tls_certificate: str = ""
    tls_key: str = ""
    environment: dict[str, str] = field(default_factory=dict)

    def dump(self) -> bytes:
        """As one line."""
        return json.dumps(dataclasses.asdict(self)).encode() + b"\n"

    @classmethod
    def load(cls, line: bytes) -> Self:
        """Read what `dump` wrote."""
        values = json.loads(line)
        values["copies"] = tuple(Copied(**copy) for copy in values["copies"])
        return cls(**values)

    @property
    def legacy_address(self) -> tuple[str, int]:
        """Where the legacy listens."""
        host, _, port = self.legacy.rpartition(":")
        return (host or "127.0.0.1", int(port))

    def disguise(self, copy: Copied) -> Disguise:
        """What differs in this copy."""
        return Disguise(copy.who, copy.port, self.tap_port if self.tap is not None else None)

    @property
    def config_path(self) -> Path | None:
        """The user's configuration."""
        return Path(self.config) if self.config else None
