"""The state of the time, made fit to start a second instance of the binary on.

Everything that differs between a recorded configuration and the one a lane's process gets lives here. Laws: every proxy
leads to the one that plays the providers, so that none is called; whose turn it was is told by the record, so only the
credentials that were used are there; nothing else is changed.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from shim.exchange import Case, Exchange, Interaction, Request, Run
from shim.judge.view import BACKGROUND, foreground
from shim.labels import SECTIONS
from shim.store.cases import live_case
from shim.store.records import Record
from shim.store.store import Store

_SHORTEST = 6  # characters; a shorter secret may stand in a header by chance
_PROXY = ("proxy-url", "proxy_url")
_STRAYS = 500  # newest calls of no exchange that are looked through
_INNER_KEYS = "api-key-entries"
_OFF: tuple[tuple[str, str, Any], ...] = (
    ("tls", "enable", False),  # the player speaks plainly
    ("pprof", "enable", False),  # its port may be taken
    ("remote-management", "disable-auto-update-panel", True),  # what is fetched at a start is nobody's exchange
)

type Tree = Mapping[str, Any]


def playable(record: Record, background: Iterable[Interaction] = ()) -> Case:
    """A live exchange as a case that a fresh process of the binary can be asked."""
    case = live_case(record)
    calls = foreground(record.exchange.upstream)
    config, files = narrowed(case.config, case.auth_files, [call.request for call in calls])
    # The files that a write leaves behind name this machine's own proxies: they are for the judge of native to compare.
    run = Run((as_asked(record.exchange),), startup_upstream=tuple(background))
    return replace(case, config=led_home(config), auth_files=_unproxied(files), runs=(run,))


def as_asked(one: Exchange) -> Exchange:
    """The exchange as it is played: at once, and without waiting behind it."""
    return replace(one, pause=0.0, after=0.0)


def background_of(store: Store) -> tuple[Interaction, ...]:
    """What provider modules asked on their own account, the last of each: a process asks it when it starts."""
    strays = (stray.call for stray in store.exchanges.strays(newest=_STRAYS))
    found = {call.request.url: call for call in strays if call.response and BACKGROUND.search(call.request.url)}
    return tuple(found.values())


def led_home(config: Tree) -> dict[str, Any]:
    """A configuration whose calls all go to the proxy that plays the providers."""
    out = {**_unproxied(config), "proxy-url": "$SOCKS", "auth-dir": "$WORK/auth"}
    for section, key, value in _OFF:
        if isinstance(out.get(section), dict):
            out[section] = {**out[section], key: value}
    return out


def _unproxied(value: Any) -> Any:
    """The tree without proxies of its own, at any depth."""
    if isinstance(value, Mapping):
        return {key: _unproxied(inner) for key, inner in value.items() if key not in _PROXY}
    return [_unproxied(inner) for inner in value] if isinstance(value, list) else value


def narrowed(config: Tree, files: Tree, calls: list[Request]) -> tuple[Tree, Tree]:
    """Configuration and credential files with those credentials alone that made the calls.

    Where one of the calls carries none that is known, all stay: then nothing tells whose turn it was.
    """
    known = [*_entries(config), *(list(_secrets(tree)) for tree in files.values())]
    if not calls or not all(any(_carried(secrets, [call]) for secrets in known) for call in calls):
        return config, files
    return _with_entries(config, lambda secrets: _carried(secrets, calls)), {
        name: tree for name, tree in files.items() if _carried(_secrets(tree), calls)
    }


def _carried(secrets: Iterable[str], calls: Iterable[Request]) -> bool:
    carried = [text for call in calls for text in (call.url, *(value for _, value in call.headers))]
    return any(secret in text for secret in secrets for text in carried)


def _entries(config: Tree) -> list[list[str]]:
    """The secrets of each credential that a configuration names."""
    found: list[list[str]] = []

    def note(secrets: Iterable[str]) -> bool:
        found.append(list(secrets))
        return True

    _with_entries(config, note)
    return found


def _with_entries(config: Tree, wanted: Callable[[Iterable[str]], bool]) -> dict[str, Any]:
    """The configuration with the credentials that are wanted, told by their secrets."""
    out = dict(config)
    for section in SECTIONS:
        entries = config.get(section)
        if isinstance(entries, list):
            kept = [_with_inner(entry, wanted) for entry in entries]
            out[section] = [entry for entry in kept if entry is not None]
    return out


def _with_inner(entry: Any, wanted: Callable[[Iterable[str]], bool]) -> Any:
    """An entry of a section, with those of its own keys that are wanted; None without any."""
    keys = entry.get(_INNER_KEYS) if isinstance(entry, Mapping) else None
    if isinstance(keys, list) and keys:
        kept = [key for key in keys if wanted(_secrets(key))]
        return {**entry, _INNER_KEYS: kept} if kept else None
    return entry if wanted(_secrets(entry)) else None


def _secrets(tree: Any) -> Iterable[str]:
    """What a call with this credential carries."""
    if not isinstance(tree, Mapping):
        return
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _secrets(value)
        elif isinstance(value, str) and len(value) >= _SHORTEST and ("token" in key or key in {"api-key", "api_key"}):
            yield value
