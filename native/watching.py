"""Files that change while the server runs: the configuration and the folder of log-ins.

Laws: what is written takes effect as a whole and without a restart; a configuration that cannot be read changes nothing
and is told in the log; a file written anew with the same content is no change.
"""

import logging
from hashlib import sha256
from pathlib import Path

from watchfiles import awatch

from native import config as configuration
from native.config import ConfigError
from native.service import Service

LOG = logging.getLogger(__name__)
SETTLING_MS = 150
"""How long a burst of writes is waited for."""


class Watch:
    """What was last read, to know a change by.

    Args:
        service: Whom a change is told.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._seen = self._state()

    def _files(self) -> list[Path]:
        stores = self._service.stores
        found = sorted(stores.auth_dir.glob("*.json")) if stores.auth_dir.is_dir() else []
        return [*found, stores.config_file] if stores.config_file else found

    def _state(self) -> dict[Path, bytes]:
        """What every file holds, by hash; one that is gone meanwhile is not there."""
        state = {}
        for file in self._files():
            try:
                state[file] = sha256(file.read_bytes()).digest()
            except OSError:
                continue
        return state

    def look(self) -> bool:
        """Put in force what has changed; whether anything has."""
        seen = self._state()
        if seen == self._seen:
            return False
        self._seen = seen
        file = self._service.stores.config_file
        try:
            config = configuration.load(file) if file else self._service.config
        except ConfigError as error:
            LOG.warning("the configuration stays as it was: %s", error)
            return False
        self._service.apply(config)
        return True

    async def follow(self) -> None:
        """Look whenever something is written, until cancelled."""
        stores = self._service.stores
        folders = {stores.auth_dir, *([stores.config_file.parent] if stores.config_file else [])}
        async for _ in awatch(*folders, debounce=SETTLING_MS, step=50, recursive=False):
            self.look()
