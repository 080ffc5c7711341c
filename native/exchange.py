"""One request's way: whom to ask, how often, and when it is too late to ask anybody else.

Everything between a parsed request and the chunks of its answer lives here. Laws: until the first chunk has been given
out the engine is free to retry and to fail over, from then on never; a client that leaves ends the upstream's request
at once (its task is cancelled, and every stream closes itself); a client's own fault is never tried twice.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from native.credentials.credential import Credential
from native.failure import EmptyStream, Failure, clients_fault
from native.metering import OFF, Meter, Metering
from native.models import Models, split_suffix
from native.naming import Name
from native.pool import NONE_FOUND, Passage, Pool
from native.providers.base import COMPACT, Call, Client, Kit, Provider, Streamed, Whole
from native.upstream import Headers

RESTARTABLE = {401, 402, 403, 408, 429}
"""Statuses after which a stream that has not begun may begin anew (and every 5xx)."""


@dataclass(slots=True)
class Ask:
    """What a client asks.

    Attributes:
        model: The model as the client named it.
        source: The client's protocol.
        raw: The body.
        client: Who asks.
        alt: The query's `alt`, or `responses/compact`.
        spare: The body parsed, where the endpoint has done so: for the first try to take and change.
        sockets: Whether the client is on a WebSocket.
        chosen: Told each credential that is asked.
    """

    model: str
    source: str
    raw: bytes
    client: Client
    alt: str = ""
    spare: list[Any] = field(default_factory=list)
    sockets: bool = False
    chosen: Callable[[str], None] | None = None

    def call(self, credential: Credential, name: Name, requested: str, meter: Meter, *, stream: bool) -> Call:
        """One try of it."""
        source, alt, raw, client = self.source, self.alt, self.raw, self.client
        told, spare = name.upstream, self.spare
        return Call(credential, told, requested, source, stream, alt, raw, client, spare, True, meter)


class Exchange:
    """Sends requests to whoever can answer them."""

    def __init__(self, kit: Kit, pool: Pool, providers: Callable[[Credential], Provider | None]) -> None:
        self.kit = kit
        self.pool = pool
        self._provider = providers
        self._metering = Metering(kit.usage, kit.clock)

    def route(self, model: str) -> tuple[list[str], str]:
        """Who serves a model, and the name it is known by. Raises `Failure`."""
        models: Models = self.kit.models
        base, suffix = split_suffix(model)
        resolved = model
        if base == "auto":
            resolved = models.newest(self.kit.clock.now()) or "auto"
            if suffix is not None:
                resolved = f"{resolved}({suffix})"
        base = split_suffix(resolved)[0].strip()
        providers = models.providers(base)
        if not providers and base != resolved:
            providers = models.providers(resolved)
        if not providers:
            raise Failure(f"unknown provider for model {model}", 502)
        return providers, resolved

    async def whole(self, ask: Ask) -> Whole:
        """A whole answer. Raises `Failure`."""
        return self._booked(await self._retried(ask, lambda provider, call: provider.whole(call), stream=False))

    async def count(self, ask: Ask) -> Whole:
        """A count of tokens. Raises `Failure`."""
        count = self._retried(ask, lambda provider, call: provider.count(call), stream=False, counted=False)
        return self._booked(await count)

    def _booked(self, served: "_Served[Whole]") -> Whole:
        self.pool.succeeded(served.credential, served.model)
        return served.result

    def _meter(self, ask: Ask, credential: Credential, model: str, *, stream: bool) -> Meter:
        """What counts one try: nothing where counting is off, or where nobody is asked in the end."""
        if ask.alt == COMPACT and not credential.compatible and (stream or credential.provider != "codex"):
            return OFF
        return self._metering.begun(credential, model, ask.client)

    async def stream(self, ask: Ask) -> Streamed:
        """A stream whose first chunks are there. Raises `Failure`; so does its iterator where it breaks later."""
        retries = max(0, self.kit.config.streaming.bootstrap_retries)
        while True:
            try:
                served = await self._retried(ask, self._begun, stream=True)
                return Streamed(served.result.headers, self._booking(served))
            except _Broken as broken:
                failure = broken.failure
                restartable = not failure.status or failure.status in RESTARTABLE or failure.status >= 500
                if retries <= 0 or not restartable:
                    raise failure from broken
                retries -= 1

    async def _retried[T](
        self, ask: Ask, act: Callable[[Provider, Call], Awaitable[T]], *, stream: bool, counted: bool = True
    ) -> "_Served[T]":
        providers, model = self.route(ask.model)
        attempt = 0
        while True:
            try:
                return await self._passage(ask, providers, model, act, stream=stream, counted=counted)
            except _Broken:
                raise
            except Failure as failure:
                most = self.kit.config.max_retry_interval
                if most <= 0 or failure.status == 200 or clients_fault(failure):
                    raise
                wait = self.pool.wait(providers, model, attempt)
                if wait is None or wait > most:
                    raise
                await asyncio.sleep(wait)
                attempt += 1

    async def _passage[T](
        self,
        ask: Ask,
        providers: list[str],
        model: str,
        act: Callable[[Provider, Call], Awaitable[T]],
        *,
        stream: bool,
        counted: bool,
    ) -> "_Served[T]":
        """Ask one credential after the other."""
        passage = Passage(ask.client.pinned, ask.sockets)
        most, asked = self.kit.config.max_retry_credentials, 0
        last: Failure | None = None
        while True:
            if 0 < most <= asked:
                raise last or Failure(NONE_FOUND)
            try:
                credential = self.pool.pick(providers, model, passage)
            except Failure as nobody:
                raise last or nobody from None
            provider = self._provider(credential)
            passage.tried.add(credential.id)
            if ask.chosen is not None:
                ask.chosen(credential.id)
            names = self.pool.names(credential, model)
            if not names or provider is None:
                continue
            asked += 1
            for index, name in enumerate(names):
                if (trace := ask.client.trace) is not None:
                    trace.asked, trace.model = credential, name.upstream
                meter = self._meter(ask, credential, name.base, stream=stream) if counted else OFF
                call = ask.call(credential, name, model, meter, stream=stream)
                try:
                    result = await _metered(meter, act(provider, call), ends=not stream)
                except _Broken as broken:
                    self.pool.failed(credential, name.booked, broken.failure)
                    if clients_fault(broken.failure):
                        raise broken.failure from None
                    last = broken if index == len(names) - 1 else broken.failure
                except Failure as failure:
                    self.pool.failed(credential, name.booked, failure)
                    if clients_fault(failure):
                        raise
                    last = failure
                else:
                    return _Served(result, credential, name.booked)

    async def _begun(self, provider: Provider, call: Call) -> "_Begun":
        """A stream with its first chunk in hand, so that one that breaks before it can be tried elsewhere."""
        streamed = await provider.stream(call)
        held: list[bytes] = []
        limit = self.kit.config.deadlines.first_token
        try:
            async with asyncio.timeout(limit) if limit else nullcontext():
                async for chunks in streamed.chunks:
                    held += chunks
                    if any(chunks):
                        return _Begun(streamed.headers, held, streamed.chunks, call.meter)
        except Failure as failure:
            raise _Broken(failure, streamed.headers) from failure
        except TimeoutError as error:
            raise _Broken(Failure("the provider began no answer in time"), streamed.headers) from error
        if not held:
            raise _Broken(EmptyStream(), streamed.headers)
        return _Begun(streamed.headers, held, streamed.chunks, call.meter)

    async def _booking(self, served: "_Served[_Begun]") -> AsyncGenerator[list[bytes]]:
        """The stream, and at its end the note of how it went."""
        begun, note = served.result, served.result.meter.failed
        try:
            yield begun.held
            async for some in begun.rest:
                yield some
            note = begun.meter.ended
        except Failure as failure:
            self.pool.failed(served.credential, served.model, failure)
            raise
        finally:
            note()
            await begun.rest.aclose()
        self.pool.succeeded(served.credential, served.model)


@dataclass(slots=True)
class _Served[T]:
    """What a credential gave, and the model it is booked on."""

    result: T
    credential: Credential
    model: str


@dataclass(slots=True)
class _Begun:
    """A stream that has begun: its headers, what has come, and what is to come."""

    headers: Headers
    held: list[bytes]
    rest: AsyncGenerator[list[bytes]]
    meter: Meter


class _Broken(Failure):
    """A stream that broke before its first chunk: a failure that a new beginning may mend."""

    def __init__(self, failure: Failure, headers: Headers) -> None:
        super().__init__(failure.message, failure.status, retry_after=failure.retry_after, headers=headers)
        self.failure = failure


async def _metered[T](meter: Meter, trying: Awaitable[T], *, ends: bool) -> T:
    """A try, and the note of how it went; a stream that has begun is noted at its own end."""
    try:
        result = await trying
    except (Failure, asyncio.CancelledError) as error:
        empty = isinstance(error, _Broken) and isinstance(error.failure, EmptyStream)
        (meter.ended if empty else meter.failed)()
        raise
    if ends:
        meter.ended()
    return result
