"""What serves: configuration, credentials, models, providers and pairs, put together.

Law: everything outside is an argument; a new configuration takes effect as a whole, between two requests.
"""

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from native import providers
from native.access import Access
from native.config import FIXED, Config
from native.counters import Counters
from native.credentials.credential import Credential
from native.credentials.files import log_ins
from native.credentials.keys import credentials
from native.credentials.offer import register
from native.exchange import Exchange
from native.ledger import Ledger
from native.live import Live
from native.logs.logs import Logs
from native.logs.overheard import overheard
from native.models import Models
from native.pairs import pairs
from native.payload import compile_rules
from native.pool import Pool
from native.providers.base import Kit, Provider
from native.settings import Settings
from native.stores import Stores
from native.turn import Clock, Ids, Memory
from native.upstream import Upstream
from native.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Callable

LOG = logging.getLogger(__name__)


class Service:
    """One server's insides.

    Attributes:
        kit: What providers work with.
        pool: The credentials.
        exchange: The engine.
        ledger: Where usage is kept; None where it is kept nowhere.
        logs: What is written of requests.
        live: Who watches what happens.
        access: Who may ask.
        began: When it was made.
        closing: Called, in order, when the service ends.
        leaving: Set when no new work is to begin: what waits for a client lets go, what answers one finishes.
    """

    def __init__(
        self,
        config: Config,
        *,
        upstream: Upstream,
        clock: Clock,
        ids: Ids,
        stores: Stores,
        settings: Settings | None = None,
        counters: Counters | None = None,
    ) -> None:
        self.stores = stores
        self.settings = settings or Settings()
        self.began = clock.now()
        self.closing: list[Callable[[], Any]] = []
        self.leaving = asyncio.Event()
        models = Models()
        self.kit = Kit(config, models, upstream, clock, ids, Memory(), pairs(), Usage())
        self.pool = Pool(config, models, clock, counters)
        self._upstream = upstream
        self.logs = Logs(stores.log_dir, clock, ids)
        self.ledger = Ledger(self.kit.usage, stores.usage_file) if stores.usage_file is not None else None
        self._makers = providers.collect()
        self._made: dict[str, Provider] = {}
        self.live = Live(self)
        self.exchange = Exchange(self.kit, self.pool, self.provider)
        self.access = Access(())
        self.apply(config)

    @property
    def config(self) -> Config:
        """The configuration in force."""
        return self.kit.config

    def apply(self, config: Config) -> None:
        """Put a configuration in force: keys, credentials, models and rules."""
        now = self.kit.clock.now()
        for name in FIXED:
            if getattr(config, name) != getattr(self.config, name):
                LOG.warning("%s is changed: that takes effect when the server starts anew", name.replace("_", "-"))
        self.kit.config = self.pool.config = config
        self.kit.rules = compile_rules(config.payload)
        self.kit.usage.enabled = config.usage_statistics_enabled
        self.logs.apply(config)
        self.kit.upstream = overheard(self._upstream) if self.logs.full else self._upstream
        self.access = Access(config.api_keys)
        found = [*credentials(config, now), *log_ins(self.stores.auth_dir, config, now)]
        for gone in self.pool.credentials.keys() - {c.id for c in found}:
            self.kit.models.unregister(gone)
            self.pool.credentials.pop(gone)
        for credential in found:
            register(self.kit.models, credential, config, now)
        self.pool.put(found)
        self.pool.served = {c.provider for c in found if self._maker(c) is not None}

    def _maker(self, credential: Credential) -> type[Any] | None:
        return self._makers.get("openai-compatibility" if credential.compatible else credential.provider)

    def provider(self, credential: Credential) -> Provider | None:
        """Who can use a credential; None where nobody can."""
        key = "openai-compatibility" if credential.compatible else credential.provider
        made = self._made.get(key)
        if made is None and (maker := self._makers.get(key)) is not None:
            made = self._made[key] = maker(self.kit)
        return made

    async def start(self, _app: Any = None) -> None:
        """Begin what runs beside requests."""
        if self.ledger is not None:
            await self.ledger.start()
            self.closing.append(self.ledger.close)

    async def leave(self, _app: Any = None) -> None:
        """Begin nothing new."""
        self.leaving.set()
        self.live.end()

    async def close(self, _app: Any = None) -> None:
        """End everything."""
        for close in self.closing:
            result = close()
            if result is not None:
                await result
        await self.kit.upstream.close()
        await self.logs.close()
