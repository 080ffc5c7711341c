"""Which device a request to Claude says it comes from: program, package, runtime, system.

Everything that fills the User-Agent and the `X-Stainless-*` headers lives here. Laws: a stable profile is a key's own,
kept for a week of disuse; a newer Claude Code raises it, nothing lowers it, and its system stays the configured one.
"""

import platform
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from native.turn import Clock

if TYPE_CHECKING:
    from native.config import ClaudeHeaderDefaults

_CLI: Final = re.compile(r"claude-cli/([0-9]+)\.([0-9]+)\.([0-9]+)")
_WEEK: Final = 7 * 24 * 3600.0
_SYSTEMS: Final = {"darwin": "MacOS", "win32": "Windows", "linux": "Linux"}
_MACHINES: Final = {
    "x86_64": "x64",
    "amd64": "x64",
    "arm64": "arm64",
    "aarch64": "arm64",
    "i386": "x86",
    "i686": "x86",
}


@dataclass(frozen=True, slots=True)
class Device:
    """What a request says of where it comes from."""

    agent: str = "claude-cli/2.1.63 (external, cli)"
    package: str = "0.74.0"
    runtime: str = "v24.3.0"
    system: str = "MacOS"
    machine: str = "arm64"

    @property
    def version(self) -> tuple[int, ...] | None:
        """The release of Claude Code that it names, None where it is another program."""
        found = _CLI.match(self.agent.strip())
        return tuple(map(int, found.groups())) if found else None

    def newer(self, other: "Device") -> bool:
        """Whether it names a later release than the other."""
        mine, others = self.version, other.version
        return mine is not None and (others is None or mine > others)

    def headers(self) -> dict[str, str]:
        """It as headers."""
        return {
            "User-Agent": self.agent,
            "X-Stainless-Package-Version": self.package,
            "X-Stainless-Runtime-Version": self.runtime,
            "X-Stainless-Os": self.system,
            "X-Stainless-Arch": self.machine,
        }


_DEFAULT: Final = Device()


def _system() -> str:
    return _SYSTEMS.get(sys.platform) or ("FreeBSD" if sys.platform.startswith("freebsd") else f"Other::{sys.platform}")


def _machine() -> str:
    machine = platform.machine().lower()
    return _MACHINES.get(machine, f"other::{machine}")


_HERE: Final = {"X-Stainless-Os": _system(), "X-Stainless-Arch": _machine()}
"""This machine, as clients would name it."""
_NAMES: Final = tuple((name, name.lower()) for name in _DEFAULT.headers())


def configured(defaults: "ClaudeHeaderDefaults") -> Device:
    """The device of the configuration's `claude-header-defaults`."""
    return Device(
        agent=defaults.user_agent.strip() or _DEFAULT.agent,
        package=defaults.package_version.strip() or _DEFAULT.package,
        runtime=defaults.runtime_version.strip() or _DEFAULT.runtime,
        system=defaults.os.strip() or _DEFAULT.system,
        machine=defaults.arch.strip() or _DEFAULT.machine,
    )


def passing(base: Device, client: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """Headers where no device is kept: the key's own, the client's, the configured ones, this machine's system.

    Args:
        base: The configured device.
        client: The client's headers, names in lower case.
        own: The key's headers, names in lower case.
    """
    found = {**base.headers(), **_HERE}
    agent = client.get("user-agent", "").strip()
    for name, key in _NAMES:
        if own.get(key, "").strip():
            del found[name]
        elif key == "user-agent":
            found[name] = agent if agent.startswith("claude-cli") else base.agent
        elif shown := client.get(key, "").strip():
            found[name] = shown
    return found


class Devices:
    """The devices that keys have shown themselves as."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Device, float]] = {}

    def of(self, key: str, base: Device, client: Mapping[str, str], clock: Clock) -> Device:
        """The device of a key, raised by what its client shows.

        Args:
            key: Whose device it is.
            base: The configured device, which is the least there is.
            client: The client's headers, names in lower case.
            clock: The time.
        """
        now = clock.now()
        kept, until = self._kept.get(key, (base, 0.0))
        known = until > now
        current = _at_least(kept, base) if known else base
        shown = _shown(client, base)
        if shown is not None and shown.newer(base) and (not known or shown.newer(current)):
            current = shown
        elif not known:
            return base
        if key not in self._kept:
            self._kept = {name: entry for name, entry in self._kept.items() if entry[1] > now}
        self._kept[key] = (current, now + _WEEK)
        return current


def _shown(client: Mapping[str, str], base: Device) -> Device | None:
    """The device that a client's headers tell of, on the configured system; None where it is no Claude Code."""
    device = replace(
        base,
        agent=client.get("user-agent", "").strip(),
        package=client.get("x-stainless-package-version", "").strip() or base.package,
        runtime=client.get("x-stainless-runtime-version", "").strip() or base.runtime,
    )
    return device if device.version else None


def _at_least(device: Device, base: Device) -> Device:
    """A device on the configured system, or the configured one where that is later."""
    if device.version is None or base.newer(device):
        return base
    return replace(device, system=base.system, machine=base.machine)
