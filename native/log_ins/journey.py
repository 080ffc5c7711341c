"""One log-in on its way, from the address that its owner is sent to, to the file.

Laws: a log-in begins with an answer and goes on behind it; whatever goes wrong is told by its state; it ends with the
server, and with its provider's first that succeeds.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from native.credentials import writing
from native.log_ins.asking import Asking, UnreadableError, verifier
from native.log_ins.sessions import Returned, Sessions
from native.upstream import UpstreamError

if TYPE_CHECKING:
    from pathlib import Path

    from native.service import Service

type Json = dict[str, Any]

PATIENCE_SECONDS = 300.0
LOOK_SECONDS = 0.5
NOT_SAVED = "Failed to save authentication tokens"


class LogInError(Exception):
    """A log-in failed; what its state says."""


class NotBegunError(Exception):
    """A log-in could not begin; what the client is told, and with which status."""

    def __init__(self, status: int, error: str, /, **more: str) -> None:
        super().__init__(error)
        self.status = status
        self.body: Json = {"error": error, **more}


@dataclass(frozen=True, slots=True)
class Wording:
    """What the state of a log-in says where the browser brought no code; empty `no_code`: it is tried without one.

    Attributes:
        refused: Where it brought an error; empty says the error itself.
        no_code: Where it brought nothing.
        late: Where it never came.
    """

    refused: str
    no_code: str
    late: str


class Journey:
    """A log-in under way.

    Attributes:
        state: What it is known by.
        query: What its owner asked for besides.
        secret: Its PKCE verifier, empty until one is drawn.
        device: What the provider said of its code, where it works by one.
        asking: The way to the provider, by the configuration's proxy.
        unproxied: The same by the environment's alone, where the legacy heeds no other.
    """

    def __init__(self, service: "Service", sessions: Sessions, query: Mapping[str, str]) -> None:
        self._service = service
        self._sessions = sessions
        self.query = query
        self.state = ""
        self.secret = ""
        self.device: Json = {}
        self.asking = Asking(service.kit.upstream, service.config.proxy_url)
        self.unproxied = Asking(service.kit.upstream, "")

    @property
    def now(self) -> float:
        """The time."""
        return self._service.kit.clock.now()

    @property
    def folder(self) -> "Path":
        """Where log-ins are kept."""
        return self._service.stores.auth_dir

    def wanted(self, name: str) -> str:
        """What the owner asked for, trimmed; empty where nothing was."""
        return self.query.get(name, "").strip()

    def stamped(self, prefix: str) -> str:
        """A state that says when it was made."""
        return f"{prefix}-{int(self.now * 1e9)}"

    def drawn(self) -> str:
        """A state that nobody can guess."""
        return self._service.kit.ids.hexes(32)

    def uuid(self) -> str:
        """An identifier nobody can guess."""
        return self._service.kit.ids.uuid()

    def machine(self) -> str:
        """A machine's fingerprint that belongs to none."""
        return self._service.kit.ids.hexes(64)

    def draw_secret(self, size: int = 96) -> str:
        """Draw a PKCE verifier."""
        self.secret = verifier(self._service.kit.ids, size)
        return self.secret

    def say(self, status: str) -> None:
        """Tell how to go on."""
        self._sessions.say(self.state, status)

    async def returned(self, provider: str, wording: Wording) -> Returned | None:
        """What the browser brings; None where nobody waits any more. Raises `LogInError`."""
        until = self.now + PATIENCE_SECONDS
        while True:
            if not self._sessions.waits(self.state, provider):
                return None
            if self.now > until:
                raise LogInError(wording.late)
            if found := self._sessions.take(self.state):
                if found.error:
                    raise LogInError(wording.refused or found.error)
                if not found.code and wording.no_code:
                    raise LogInError(wording.no_code)
                return found
            await asyncio.sleep(LOOK_SECONDS)

    def keep(self, name: str, content: bytes, said: str = NOT_SAVED) -> "Path":
        """Write the log-in's file and put it in force. Raises `LogInError` with what is said."""
        try:
            path = writing.write(self.folder, name, content)
        except (OSError, ValueError) as error:
            raise LogInError(said) from error
        self._service.apply(self._service.config)
        return path


@contextmanager
def telling(said: str) -> Iterator[None]:
    """Make `LogInError` of a provider that does not answer, or not as it should."""
    try:
        yield
    except (UpstreamError, UnreadableError) as error:
        raise LogInError(said) from error


@contextmanager
def beginning(said: str) -> Iterator[None]:
    """Make `NotBegunError` of a provider that does not answer, or not as it should."""
    try:
        yield
    except (UpstreamError, UnreadableError) as error:
        raise NotBegunError(500, said) from error


type Begin = Callable[[Journey], Awaitable[Json]]
type Finish = Callable[[Journey], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class LogIn:
    """How to log in at one provider.

    Attributes:
        provider: What its sessions are called.
        begin: Chooses the state (`Journey.state`) and gives what the client is told besides. Raises `NotBegunError`.
        finish: Goes on behind the answer, to the file. Raises `LogInError`.
        port: Where the provider sends the browser on this machine, 0 where no browser comes back.
        back: The path of this server that such a browser is sent on to.
        ends_all: Whether one success ends every log-in of the provider.
    """

    provider: str
    begin: Begin
    finish: Finish
    port: int = 0
    back: str = ""
    ends_all: bool = True
