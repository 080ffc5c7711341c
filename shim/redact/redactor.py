"""The redactor: a record goes in, the same record without a secret comes out.

Laws: a secret found anywhere in an exchange is replaced everywhere in it; bodies keep their size and chunks their
boundaries; what cannot be looked into, and every error, is raised, so that the caller drops the record.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any
from urllib.parse import quote, quote_plus

import orjson
import yaml

from shim.exchange import Case, Exchange, Headers, Interaction, Request, Response, Run
from shim.redact import places
from shim.redact.coding import codings_of, decoded, encoded
from shim.redact.derived import derived_from_file
from shim.redact.known import Known
from shim.redact.management import ManagementKey
from shim.redact.placeholders import EMAIL, Placeholders
from shim.store.records import Record, Stray
from shim.store.snapshots import Snapshot

REMEMBERED = 5_000  # headers without their secrets
TAIL = 4096  # bytes that are left off the head of a cut body: its end may be half a secret
TALK = (
    *("/chat/completions", "/completions", "/messages", "/responses", "/compact", ":generateContent"),
    *(":streamGenerateContent", ":countTokens", "/count_tokens", "/generateAssistantResponse", "/embeddings"),
)


class Redactor:
    """Replaces secrets by placeholders. Remembers, in memory alone, those it has seen.

    Args:
        key: The installation's key.
    """

    def __init__(self, key: bytes) -> None:
        self._placeholders = Placeholders(key)
        self._known = Known(self._placeholders.of)
        self._cleaned: dict[tuple[str, str], str] = {}  # most headers are those of the exchange before
        self._cleaned_at = 0
        self._management = ManagementKey()

    def snapshot(self, snapshot: Snapshot) -> Snapshot:
        """A state without its secrets; from now on they are looked for in every exchange."""
        self._management.state(snapshot.config)
        found = {*places.in_tree(snapshot.config), *places.in_tree(snapshot.auth_files, people=True)}
        # Most names have an address that is in a file, too; with one that is not, all that looks like it goes.
        found.update(
            address
            for name in snapshot.auth_files
            if not any(known in name for known in found if "@" in known)
            for address in EMAIL.findall(name.removesuffix(".json"))
        )
        self._known.of_state(found)
        files = {self._known.out_of(name): self._tree(tree, found) for name, tree in snapshot.auth_files.items()}
        for name, renamed in zip(snapshot.auth_files, files, strict=True):
            if name != renamed:
                self._known.follows([derived_from_file(name, renamed)])
        return replace(snapshot, config=self._tree(snapshot.config, found), auth_files=files)

    def state_of(self, snapshot: Snapshot) -> Snapshot:
        """A state that `snapshot` gave, as it is to be kept: later exchanges may have told more of it."""
        return self._management.told(snapshot, self._placeholders.of)

    def record(self, record: Record) -> Record:
        """An exchange without its secrets.

        Raises:
            CodingError: A body could not be looked into.
            ValueError: Something in it cannot be read as what it says it is.
        """
        exchange = record.exchange
        snapshot = self.snapshot(record.snapshot) if record.snapshot else None
        self._management.exchange(exchange)
        client, *upstream = self._calls([Interaction(exchange.request, exchange.response), *exchange.upstream])
        # Spelled out rather than `replace`d: this is done for each exchange there is.
        clean = Exchange(
            client.request,
            client.response,
            tuple(upstream),
            exchange.pause,
            exchange.after,
            exchange.unjudgeable,
            exchange.id,
            exchange.mode,
        )
        return _docked(replace(record, exchange=clean, snapshot=snapshot))

    def stray(self, stray: Stray) -> Stray:
        """A call that belongs to no exchange, without its secrets."""
        return replace(stray, call=self._calls([stray.call])[0])

    def case(self, case: Case) -> Case:
        """A case without its secrets."""
        state = self.snapshot(Snapshot(case.config, case.auth_files))
        return replace(case, config=state.config, auth_files=state.auth_files, runs=tuple(map(self._run, case.runs)))

    def _run(self, run: Run) -> Run:
        startup = self._calls(list(run.startup_upstream))
        exchanges = tuple(self.record(Record(exchange)).exchange for exchange in run.exchanges)
        state = run.state_after
        if state is not None:
            # Files as texts: `config.yaml`, and credential files as JSON.
            texts = [str(state.get("config.yaml", "")), *map(str, (state.get("auth_files") or {}).values())]
            found = {secret for text in texts for secret in places.in_tree(_parsed(text), people=True)}
            self._known.in_passing(found)
            state = self._tree(state, found)
        return replace(run, exchanges=exchanges, startup_upstream=tuple(startup), state_after=state)

    def _tree(self, tree: Any, found: set[str]) -> Any:
        match tree:
            case str():
                return self._placeholders.of(tree) if tree in found else self._known.out_of(tree)
            case Mapping():
                return {self._known.out_of(str(key)): self._branch(key, value, found) for key, value in tree.items()}
            case list():
                return [self._tree(value, found) for value in tree]
            case _:
                return tree

    def _branch(self, name: Any, tree: Any, found: set[str]) -> Any:
        if name == "headers" and isinstance(tree, Mapping):
            return {
                key: self._header((str(key), value)) if isinstance(value, str) else value for key, value in tree.items()
            }
        return self._tree(tree, found)

    def _calls(self, calls: list[Interaction]) -> list[Interaction]:
        seen = [_Seen.of(call) for call in calls]
        self._known.in_passing(chain.from_iterable(one.secrets for one in seen))
        return [self._without(one) for one in seen]

    def _without(self, seen: "_Seen") -> Interaction:
        request, response = seen.call.request, seen.call.response
        sent = Request(
            request.method,
            self._url(request.url),
            self._headers(request.headers),
            self._body(request.body, seen.sent, codings_of(request.headers), seen),
            tuple(map(self._known.out_of, request.frames)),
        )
        if response is None:
            return Interaction(sent, None)
        whole = response.body
        body = self._body(whole, seen.got, codings_of(response.headers), seen)
        chunks = response.chunks if body is whole else _recut(body, response.chunks)
        headers = self._headers(response.headers)
        return Interaction(
            sent, Response(response.status, headers, chunks, response.times, response.complete, response.delay)
        )

    def _url(self, url: str) -> str:
        for secret in places.in_url(url):
            url = _in_place(url, secret, self._placeholders.of(secret))
        return self._known.out_of(url)

    def _headers(self, headers: Headers) -> Headers:
        if self._cleaned_at != self._known.version or len(self._cleaned) > REMEMBERED:
            self._cleaned.clear()
            self._cleaned_at = self._known.version
        cleaned = self._cleaned
        return tuple([(header[0], cleaned.get(header) or self._header(header)) for header in headers])

    def _header(self, header: tuple[str, str]) -> str:
        name, value = header
        for secret in places.in_header(name, value):
            value = _in_place(value, secret, self._placeholders.of(secret))
        self._cleaned[header] = value = self._known.out_of(value)
        return value

    def _body(self, body: bytes, plain: bytes, codings: tuple[str, ...], seen: "_Seen") -> bytes:
        # In a conversation, the one value that is derived from a secret has this name.
        clean = self._known.out_of_body(plain, thorough=not seen.talk or b"prompt_cache_key" in plain)
        if not seen.talk:
            for secret in seen.secrets:
                if not places.EVERYWHERE.match(secret):
                    clean = places.replace_in_fields(clean, secret.encode(), self._placeholders.of(secret).encode())
        return body if clean is plain or clean == plain else encoded(clean, codings)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A call, looked into.

    Attributes:
        call: The call.
        talk: Whether it is a conversation with a model, whose texts are the user's and not an account's.
        sent: The request's body, codings undone.
        got: The answer's body, codings undone.
        secrets: What was found in it.
    """

    call: Interaction
    talk: bool
    sent: bytes
    got: bytes
    secrets: tuple[str, ...]

    @classmethod
    def of(cls, call: Interaction) -> "_Seen":
        request, response = call.request, call.response
        talk = request.url.partition("?")[0].endswith(TALK)
        sent = decoded(request.body, codings_of(request.headers))
        got = decoded(response.body, codings_of(response.headers)) if response else b""
        headers = (*request.headers, *(response.headers if response else ()))
        secrets = (
            *places.in_url(request.url),
            *chain.from_iterable([places.header_secrets(header) for header in headers]),
            *chain.from_iterable(_in_body(body, request.url, talk=talk) for body in (sent, got)),
            *chain.from_iterable(_in_body(frame.encode(), request.url, talk=True) for frame in request.frames),
        )
        return cls(call, talk, sent, got, secrets)


def _in_body(body: bytes, url: str, *, talk: bool) -> Iterator[str]:
    if not body:
        return
    yield from places.by_shape(body)
    if talk:
        yield from places.in_fields(body)
        return
    path = url.partition("?")[0]
    try:
        tree = orjson.loads(body)
    except orjson.JSONDecodeError:
        if path.endswith(("config.yaml", ".yaml", ".yml")):
            yield from places.in_tree(yaml.safe_load(body), people=False)
        yield from places.in_fields(body)
        if b"=" in body and b"\n" not in body:
            yield from places.in_form(body.decode("utf-8", "replace"))
        return
    keys = path.endswith("/management/api-keys")
    yield from places.in_tree(tree, secret=keys, people="/auth-files" in path)


def _parsed(text: str) -> Any:
    """A file's text as a tree: JSON, which is YAML too."""
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return text


def _in_place(text: str, secret: str, placeholder: str) -> str:
    """Replace a secret in the value it was found in, however it is spelled there.

    A short one is replaced where it stands alone behind `=`, `:` or a blank, not within words.
    """
    for spell in (str, quote, quote_plus):
        old, new = spell(secret), spell(placeholder)
        if places.EVERYWHERE.match(secret):
            text = text.replace(old, new)
        else:
            text = re.sub(rf"(^|[=:\s]){re.escape(old)}(?=[&#;,@\s]|$)", lambda found: found[1] + new, text)  # noqa: B023 # called at once
    return text


def _recut(body: bytes, chunks: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """A changed body in as many pieces, of the same sizes as far as it goes."""
    out, at = [], 0
    for chunk in chunks[:-1]:
        out.append(body[at : at + len(chunk)])
        at += len(chunk)
    return (*out, body[at:])


def _docked(record: Record) -> Record:
    """A record whose cut bodies end before their head does."""
    if not record.cuts:
        return record
    exchange = record.exchange

    def shorter(request: Request, response: Response | None, place: str) -> tuple[Request, Response | None]:
        if f"{place}request" in record.cuts:
            request = replace(request, body=request.body[:-TAIL])
        if response and f"{place}response" in record.cuts:
            response = replace(response, chunks=(response.body[:-TAIL],), times=response.times[:1])
        return request, response

    request, response = shorter(exchange.request, exchange.response, "")
    upstream = tuple(
        Interaction(*shorter(call.request, call.response, f"upstream {at} "))
        for at, call in enumerate(exchange.upstream)
    )
    return replace(record, exchange=replace(exchange, request=request, response=response, upstream=upstream))
