"""The legacy's state as it lies on disk: `config.yaml` and the credential files, read when they change.

Law: a state is dated by when its files were written, not by when they were looked at, so that an exchange is filed
under the state it began in; a file that cannot be read just now leaves the state as it was.
"""

import os
from pathlib import Path
from typing import Any

import orjson
import yaml

from shim.messages import Files, State

WORK = "$WORK"  # stands for the folder that a judge unpacks a state into
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C where there is one: ten times as fast

type _Stamps = tuple[tuple[str, int, int], ...]


class StateFiles:
    """Watches a configuration and its credential folder by looking.

    Args:
        config: The legacy's `config.yaml`.
        auth_dir: The folder of credential files; by default what the configuration says.
    """

    def __init__(self, config: Path, auth_dir: Path | None = None) -> None:
        self._config, self._given = config, auth_dir
        self._folder = auth_dir
        self._stamps: _Stamps | None = None
        self._read_last = b""

    def changed(self) -> State | None:
        """The state, if it is not the one given last."""
        stamps = self._look()
        if stamps == self._stamps:
            return None
        try:
            state = self._read()
        except (OSError, ValueError):  # half written; the next look finds it whole
            return None
        self._stamps = self._look()
        return state

    def _look(self) -> _Stamps:
        paths = [self._config, *self._credentials()]
        found = []
        for path in paths:
            try:
                about = path.stat()
            except OSError:
                continue
            found.append((str(path), about.st_mtime_ns, about.st_size))
        return tuple(found)

    def _credentials(self) -> list[Path]:
        if self._folder is None:
            return []
        try:
            return sorted(Path(each.path) for each in os.scandir(self._folder) if each.name.endswith(".json"))
        except OSError:
            return []

    def _read(self) -> State:
        found = self.files()
        trees = trees_of(found)
        moments = [path.stat().st_mtime for path in (self._config, *self._credentials())]
        return State(trees[0], trees[1], max(moments))

    def files(self) -> Files:
        """The files as they lie there.

        Raises:
            OSError: One cannot be read just now.
            ValueError: The configuration is none.
        """
        config = self._config.read_bytes()
        if self._given is None and config != self._read_last:
            self._folder = auth_dir(_configuration(config), self._config)
            self._read_last = config
        return Files(config, {path.name: path.read_bytes() for path in self._credentials()})


def trees_of(files: Files) -> tuple[dict[str, Any], dict[str, Any]]:
    """Configuration and credential files as trees. Raises ValueError where one of them is none."""
    config = _configuration(files.config)
    auth = {name: orjson.loads(content) for name, content in files.auth_files.items()}
    # What YAML knows and JSON does not (dates, numbers as keys) is told as text.
    told = orjson.loads(orjson.dumps(config, default=str, option=orjson.OPT_NON_STR_KEYS))
    return {**told, "auth-dir": f"{WORK}/auth"}, auth


def _configuration(content: bytes) -> dict[str, Any]:
    try:
        config = yaml.load(content, Loader=_LOADER) or {}  # noqa: S506 # both are safe ones
    except yaml.YAMLError as error:
        raise ValueError("the configuration is no YAML") from error
    if not isinstance(config, dict):
        raise ValueError("the configuration is no mapping")  # noqa: TRY004 # one kind for all that is not read
    return config


def auth_dir(config: dict[str, Any], path: Path) -> Path:
    """Where a configuration keeps its log-ins.

    Args:
        config: What it says.
        path: Where it lies.
    """
    named = config.get("auth-dir")
    if not isinstance(named, str) or not named:
        return Path("~/.cli-proxy-api").expanduser()
    folder = Path(named).expanduser()
    return folder if folder.is_absolute() else path.parent / folder
