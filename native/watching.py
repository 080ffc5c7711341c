"""Files that change while the server runs: the configuration and the folder of log-ins.

Laws: what is written takes effect as a whole, within a second and without a restart; a configuration that cannot be
read changes nothing and is told in the log, an empty one is just being written; a file written anew with the same
content is no change; what another writer took back unknowingly is put back before anything takes effect.
"""

import asyncio
import logging
from hashlib import sha256
from pathlib import Path

from native import config as configuration
from native.config import Config, ConfigError
from native.service import Service
from native.sharedfile import shared_file

LOG = logging.getLogger(__name__)
EMPTY = sha256(b"").digest()
INTERVAL = 0.25
"""Seconds between two looks at the files' times, which cost a microsecond each and no memory."""


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
        file = self._service.stores.config_file
        content = seen.get(file) if file else None
        if content == EMPTY:
            return False
        rewritten = content is not None and file is not None and content != self._seen.get(file)
        self._seen = seen
        try:
            config = self._configuration(file) if rewritten and file else self._service.config
        except (ConfigError, OSError) as error:
            LOG.warning("the configuration stays as it was: %s", error)
            return False
        self._service.apply(config)
        return True

    def _configuration(self, file: Path) -> Config:
        """What the file says, others' writes put together with ours."""
        shared = shared_file(self._service)
        if shared is not None:
            shared.heed()
            self._seen = self._state()
        return configuration.load(file)

    def _times(self) -> dict[Path, tuple[int, int]]:
        times = {}
        for file in self._files():
            try:
                found = file.stat()
            except OSError:
                continue
            times[file] = (found.st_mtime_ns, found.st_size)
        return times

    async def follow(self, interval: float = INTERVAL) -> None:
        """Look whenever something is written, until cancelled; what is being written is waited for."""
        before = waited = self._times()
        while True:
            await asyncio.sleep(interval)
            now = self._times()
            if now != before and now == waited:
                before = now
                self.look()
            waited = now
