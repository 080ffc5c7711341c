"""The configuration as its owner sees and changes it: what is in force, and the file behind it.

Laws: a change is made to what the file says now, not to what was read before; it is written before it takes effect, and
takes effect before it is answered; a file that cannot be read is neither changed nor put in force.
"""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml.error import MarkedYAMLError

from native import config as configuration
from native import configfile
from native.configfile import ConfigFileError
from native.sharedfile import read, shared_file, tree_of
from native.surface.management import shape, yaml_faults
from native.surface.management.kinds import KindError

if TYPE_CHECKING:
    from native.service import Service

type Json = dict[str, Any]
HASHES = ("$2a$", "$2b$", "$2y$")
"""How a hashed key begins."""
_COST = 10
RELOAD = 0.15
"""Seconds of quiet after which a change is read from the file anew: what a file cannot say (a list that is empty, not
missing; an alias that was taken out though it is built in) is forgotten then, as the legacy forgets it."""
SHELF = "management"
"""Where a service keeps its desk, so that they end together."""


class RefusedError(Exception):
    """A request cannot be done; what the client is told, and with which status."""

    def __init__(self, status: int, error: str, /, **more: Any) -> None:
        super().__init__(error)
        self.status = status
        self.body: Json = {"error": error, **more}


def hashed(secret: str) -> str:
    """A management key as the file holds it."""
    import bcrypt  # noqa: PLC0415  # most servers never hash one

    return bcrypt.hashpw(secret.encode()[:72], bcrypt.gensalt(_COST, b"2a")).decode()


class Desk:
    """One service's configuration, for its owner.

    Attributes:
        refreshed: By name, when a log-in that was sent up had been refreshed last; empty where it does not say.
    """

    def __init__(self, service: "Service") -> None:
        self._service = service
        self.refreshed: dict[str, str] = {}
        self._settings: Json = {}
        self._on_disk: Any = None
        self._applied: Any = None
        self._changed: float | None = None

    @property
    def file(self) -> Path | None:
        """The file itself, where there is one; a link to it is followed."""
        file = self._service.stores.config_file
        return file.resolve() if file is not None and file.is_file() else None

    @property
    def settings(self) -> Json:
        """Every setting in force; to be read only."""
        if self._applied is not self._service.config or self._settled():
            self._look()
        return self._settings

    def _settled(self) -> bool:
        """Whether the last change has been in the file for long enough to be read from there."""
        return self._changed is not None and self._service.kit.clock.now() - self._changed >= RELOAD

    def _look(self) -> None:
        """Take up what the service has been given."""
        self._applied = self._service.config
        self._changed = None
        file = self.file
        if file is not None:
            try:
                self._on_disk = configfile.plain(configfile.parsed(read(file)))
                self._settings = shape.settings(self._on_disk)
            except (ConfigFileError, KindError, OSError, UnicodeDecodeError):
                self._on_disk = None
            else:
                self._hash_key()
                return
        given = self._applied.tree()
        self._settings = shape.settings({k: v for k, v in given.items() if v != []})
        self._hash_key()

    def _hash_key(self) -> None:
        """A key that was written in plain text is hashed, in the file too."""
        remote = self._settings["remote-management"]
        if not remote["secret-key"] or remote["secret-key"].startswith(HASHES):
            return
        plain, remote["secret-key"] = remote["secret-key"], hashed(remote["secret-key"])
        file = shared_file(self._service)
        if file is None or self._on_disk is None:
            return

        def put(text: str) -> str:
            document = configfile.parsed(text)
            section = document.get("remote-management")
            if not isinstance(section, dict) or str(section.get("secret-key")) != plain:
                return text
            section["secret-key"] = remote["secret-key"]
            return configfile.written(document)

        self._on_disk = tree_of(file.change(put))

    def change(self, act: Callable[[Json], None]) -> None:
        """Change settings, in the file and in force.

        Args:
            act: Changes the settings it is given, or raises `RefusedError`.
        """
        current, file = self.settings, shared_file(self._service)
        if file is None:
            changed = copy.deepcopy(current)
            act(changed)
            self._put_in_force(changed, shape.CONFIG.write(changed, nulls=False))
            return
        made: list[tuple[str, Json, Any]] = []
        before: list[str] = []

        def edit(text: str) -> str:
            document = configfile.parsed(text)
            found = configfile.plain(document)
            # What was only ever missing stays told from what is empty, unless somebody else wrote meanwhile.
            changed = copy.deepcopy(current) if found == self._on_disk else shape.settings(found)
            act(changed)
            before.append(text)
            text, tree = configfile.edited(text, shape.CONFIG.write(changed, nulls=False), document)
            configuration.parse(tree)
            made.append((text, changed, tree))
            return text

        try:
            text = file.change(edit)
        except (ConfigFileError, KindError, configuration.ConfigError, OSError, UnicodeDecodeError) as error:
            raise RefusedError(500, f"failed to save config: {error}") from error
        wanted, changed, tree = made[-1]
        if text != wanted:  # somebody else wrote at the same time: theirs is in it
            tree = tree_of(text)
            changed = shape.settings(tree)
        self._on_disk = tree
        waiting = self._changed
        self._put_in_force(changed, tree)
        if text == before[-1]:  # nobody reads a file again that says what it said
            self._changed = waiting

    def replace(self, text: bytes) -> None:
        """Put another file in the place of the whole. Raises `RefusedError` where it is no configuration."""
        try:
            tree = configfile.plain(configfile.parsed(text.decode()))
            found = shape.settings(tree)
            configuration.parse(tree)
        except ConfigFileError as error:
            raise RefusedError(400, "invalid_yaml", message=_fault(text.decode(), error)) from error
        except KindError as error:
            raise RefusedError(400, "invalid_yaml", message=yaml_faults.of_kind(text.decode(), str(error))) from error
        except UnicodeDecodeError as error:
            raise RefusedError(400, "invalid_yaml", message=str(error)) from error
        except configuration.ConfigError as error:
            raise RefusedError(422, "invalid_config", message=str(error)) from error
        file = shared_file(self._service)
        if file is None:
            raise RefusedError(500, "write_failed", message="failed to write config")
        try:
            file.change(lambda _: text.decode())
        except OSError as error:
            raise RefusedError(500, "write_failed", message="failed to write config") from error
        self._on_disk = tree
        self._put_in_force(found, tree)
        self._hash_key()

    def _put_in_force(self, settings: Json, tree: Any) -> None:
        config = configuration.parse(tree)
        self._settings = settings
        self._changed = self._service.kit.clock.now()
        self._service.apply(config)
        self._applied = self._service.config


def _fault(text: str, error: ConfigFileError) -> str:
    """Why a text is no configuration."""
    if isinstance(error.__cause__, MarkedYAMLError):
        return yaml_faults.of_syntax(error.__cause__)
    return yaml_faults.of_root(text) if str(error) == configfile.NO_MAPPING and text.strip() else str(error)


def desk_of(service: "Service") -> Desk:
    """The one desk of a service."""
    shelves = service.kit.shelves
    if SHELF not in shelves:
        shelves[SHELF] = Desk(service)
    found: Desk = shelves[SHELF]
    return found
