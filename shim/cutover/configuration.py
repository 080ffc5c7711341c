"""What the user's `config.yaml` says that native does not read.

Law: a key counts as read where native's own reading of the file asks for it, and nowhere else.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from native import config as configuration
from native.config import ConfigError
from shim.cutover.obstacles import Kind, Obstacle
from shim.run import ports


class Asked(dict[str, Any]):
    """A mapping that knows which of its keys were asked for."""

    def __init__(self, tree: dict[Any, Any]) -> None:
        super().__init__({str(key): watched(value) for key, value in tree.items()})
        self.asked: set[str] = set()
        self.whole = True

    def get(self, key: str, default: Any = None) -> Any:
        """As a mapping's; the key counts as read."""
        self.asked.add(key)
        self.whole = False
        return super().get(key, default)

    def __getitem__(self, key: str) -> Any:
        self.asked.add(key)
        self.whole = False
        return super().__getitem__(key)

    def items(self) -> Any:
        """As a mapping's; every key counts as read."""
        self.asked.update(self)
        return super().items()


def watched(value: Any) -> Any:
    """A tree whose mappings know what was asked of them."""
    if isinstance(value, dict):
        return Asked(value)
    return [watched(each) for each in value] if isinstance(value, list) else value


def unread(value: Any, where: str = "") -> Iterator[str]:
    """Paths that were not asked for; what nobody looked into was taken whole."""
    if isinstance(value, list):
        for at, each in enumerate(value):
            yield from unread(each, f"{where}[{at}]")
    elif isinstance(value, Asked) and not value.whole:
        for key in value:
            path = f"{where}.{key}" if where else key
            if key in value.asked:
                yield from unread(dict.__getitem__(value, key), path)
            else:
                yield path


def of_configuration(path: Path | None, *, attached: bool = False) -> Iterator[Obstacle]:
    """What stands in the way in a configuration.

    Args:
        path: The user's file; None where it is not known.
        attached: Whether its binary is started by somebody else, through a tap that its `proxy-url` names.
    """
    if path is None:
        todo = "name it: shim run --config, or shim cutover --config"
        yield Obstacle(Kind.UNDECIDED, "config.yaml", "nobody has said where the configuration is", todo)
        return
    try:
        tree = watched(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
        config = configuration.parse(tree)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ConfigError) as error:
        yield Obstacle(Kind.UNDECIDED, str(path), f"native cannot read it: {error}", "correct the file")
        return
    for key in unread(tree):
        todo = f"if you can do without, shim cutover --waive '{key}' --why ..."
        yield Obstacle(Kind.CONFIGURATION, key, "native does not know this setting", todo)
    if attached and f":{ports.TAP}" in config.proxy_url:
        todo = "take it out of the file, or put your own proxy there, right before --apply"
        yield Obstacle(Kind.CONFIGURATION, "proxy-url", "it names the tap, which ends with the cut-over", todo)
