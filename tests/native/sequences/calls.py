"""Sequences of management calls: every kind of change, over few enough names that they meet again and again."""

from typing import Any, NamedTuple
from urllib.parse import urlencode

from hypothesis import strategies as st

type Json = dict[str, Any]


class Call(NamedTuple):
    """One management call; `path` is what follows `/v0/management`."""

    method: str
    path: str
    body: Any = None


SWITCHES = (
    *("debug", "logging-to-file", "usage-statistics-enabled", "request-log", "ws-auth", "force-model-prefix"),
    *("quota-exceeded/switch-project", "quota-exceeded/switch-preview-model"),
    *("ampcode/restrict-management-to-localhost", "ampcode/force-model-mappings"),
)
NUMBERS = ("request-retry", "max-retry-interval", "logs-max-total-size-mb", "error-logs-max-files")
TEXTS = ("proxy-url", "ampcode/upstream-url", "ampcode/upstream-api-key")
STRATEGIES = ("round-robin", "fill-first", "rr", " FF ", "", "other")

KEYS = st.sampled_from(["sk-client-1", "sk-client-2", "sk-client-3", " sk-client-2 ", ""])
UPSTREAM = st.sampled_from(["sk-up-1", "sk-up-2", "sk-up-3", " sk-up-1 "])
BASES = st.sampled_from(["https://one.example", "https://two.example/v1", " https://one.example ", ""])
PROXIES = st.sampled_from(["", "socks5://127.0.0.1:1", "http://127.0.0.1:2"])
PREFIXES = st.sampled_from(["", "team", "/team/", "a/b"])
NAMES = st.sampled_from(["alpha", "beta", " alpha ", ""])
HEADERS = st.sampled_from([{}, {"X-One": "1"}, {" X-One ": " 2 ", "X-None": ""}])
PATTERNS = st.sampled_from([[], ["model-a"], ["Model-A", " model-b ", "model-a"], [""]])
MODELS = st.lists(
    st.fixed_dictionaries({"name": st.sampled_from(["m1", "m2", ""]), "alias": st.sampled_from(["a1", " a2 ", ""])}),
    max_size=2,
)
INDEXES = st.sampled_from([0, 1, 2, 7, -1])
CHANNELS = st.sampled_from(["codex", "claude", " Codex ", "gemini-cli", "kiro"])
ALIASES = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(["m1", "m2", ""]), "alias": st.sampled_from(["A1", "a1", "m1"])},
        optional={"fork": st.booleans()},
    ),
    max_size=3,
)
PROVIDERS = st.sampled_from(["claude", " Claude ", "codex", "qwen"])


def _query(path: str, **named: Any) -> str:
    return f"{path}?{urlencode(named)}"


def _sets(path: str, value: st.SearchStrategy[Any]) -> st.SearchStrategy[Call]:
    return st.builds(lambda method, v: Call(method, f"/{path}", {"value": v}), st.sampled_from(["PUT", "PATCH"]), value)


# ---- one value each ------------------------------------------------------------------------------------------------

VALUES = st.one_of(
    st.sampled_from(SWITCHES).flatmap(lambda path: _sets(path, st.booleans())),
    st.sampled_from(NUMBERS).flatmap(lambda path: _sets(path, st.sampled_from([0, 1, 3, -2, 500]))),
    st.sampled_from(TEXTS).flatmap(lambda path: _sets(path, st.one_of(PROXIES, BASES))),
    _sets("routing/strategy", st.sampled_from(STRATEGIES)),
    st.sampled_from(TEXTS).map(lambda path: Call("DELETE", f"/{path}")),
)

# ---- client keys ---------------------------------------------------------------------------------------------------

CLIENT_KEYS = st.one_of(
    st.lists(KEYS, max_size=3).map(lambda keys: Call("PUT", "/api-keys", keys)),
    st.lists(KEYS, max_size=3).map(lambda keys: Call("PUT", "/api-keys", {"items": keys})),
    st.builds(lambda i, v: Call("PATCH", "/api-keys", {"index": i, "value": v}), INDEXES, KEYS),
    st.builds(lambda old, new: Call("PATCH", "/api-keys", {"old": old, "new": new}), KEYS, KEYS),
    INDEXES.map(lambda i: Call("DELETE", _query("/api-keys", index=i))),
    KEYS.map(lambda key: Call("DELETE", _query("/api-keys", value=key))),
)

# ---- keys that lead upstream ---------------------------------------------------------------------------------------


def _entries(fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Json]:
    vital = {name: fields[name] for name in ("api-key", "base-url", "name") if name in fields}
    return st.fixed_dictionaries(vital, optional={k: v for k, v in fields.items() if k not in vital})


_COMMON = {"prefix": PREFIXES, "proxy-url": PROXIES, "headers": HEADERS}
_KEY = {"api-key": UPSTREAM, "base-url": BASES, **_COMMON}
LISTS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "gemini-api-key": {**_KEY, "excluded-models": PATTERNS},
    "claude-api-key": {**_KEY, "models": MODELS, "excluded-models": PATTERNS},
    "codex-api-key": {**_KEY, "models": MODELS, "excluded-models": PATTERNS},
    "vertex-api-key": {**_KEY, "models": MODELS, "excluded-models": PATTERNS},
    "openai-compatibility": {
        "name": NAMES,
        "base-url": BASES,
        "prefix": PREFIXES,
        "headers": HEADERS,
        "models": MODELS,
        "api-key-entries": st.lists(st.fixed_dictionaries({"api-key": UPSTREAM}), max_size=2),
    },
}


def _list(name: str) -> st.SearchStrategy[Call]:
    fields = LISTS[name]
    path, known = f"/{name}", "name" if "name" in fields else "api-key"
    match = "name" if known == "name" else "match"
    entries = st.lists(_entries(fields), max_size=3)
    value = st.fixed_dictionaries({}, optional=fields)
    return st.one_of(
        entries.map(lambda found: Call("PUT", path, found)),
        entries.map(lambda found: Call("PUT", path, {"items": found})),
        st.builds(lambda i, v: Call("PATCH", path, {"index": i, "value": v}), INDEXES, value),
        st.builds(lambda m, v: Call("PATCH", path, {match: m, "value": v}), fields[known], value),
        INDEXES.map(lambda i: Call("DELETE", _query(path, index=i))),
        fields[known].map(lambda key: Call("DELETE", _query(path, **{known: key}))),
    )


UPSTREAM_KEYS = st.sampled_from(sorted(LISTS)).flatmap(_list)

# ---- models of log-ins, and Amp's ----------------------------------------------------------------------------------

OAUTH = st.one_of(
    st.dictionaries(PROVIDERS, PATTERNS, max_size=3).map(lambda v: Call("PUT", "/oauth-excluded-models", v)),
    st.builds(lambda p, m: Call("PATCH", "/oauth-excluded-models", {"provider": p, "models": m}), PROVIDERS, PATTERNS),
    PROVIDERS.map(lambda p: Call("DELETE", _query("/oauth-excluded-models", provider=p))),
    st.dictionaries(CHANNELS, ALIASES, max_size=2).map(lambda v: Call("PUT", "/oauth-model-alias", v)),
    st.builds(lambda c, a: Call("PATCH", "/oauth-model-alias", {"channel": c, "aliases": a}), CHANNELS, ALIASES),
    CHANNELS.map(lambda c: Call("DELETE", _query("/oauth-model-alias", channel=c))),
)
_MAPPINGS = st.lists(
    st.fixed_dictionaries(
        {"from": st.sampled_from(["f1", " f2 ", "f2"]), "to": st.sampled_from(["t1", "t2"])},
        optional={"regex": st.booleans()},
    ),
    max_size=3,
)
_AMP_KEYS = st.lists(
    st.fixed_dictionaries({"upstream-api-key": UPSTREAM, "api-keys": st.lists(KEYS, max_size=2)}), max_size=2
)
_FROM = st.lists(st.sampled_from(["f1", "f2", ""]), max_size=2)
AMP = st.one_of(
    st.builds(
        lambda method, v: Call(method, "/ampcode/model-mappings", {"value": v}),
        st.sampled_from(["PUT", "PATCH"]),
        _MAPPINGS,
    ),
    _FROM.map(lambda v: Call("DELETE", "/ampcode/model-mappings", {"value": v})),
    st.builds(
        lambda method, v: Call(method, "/ampcode/upstream-api-keys", {"value": v}),
        st.sampled_from(["PUT", "PATCH"]),
        _AMP_KEYS,
    ),
    st.lists(UPSTREAM, max_size=2).map(lambda v: Call("DELETE", "/ampcode/upstream-api-keys", {"value": v})),
)

# ---- log-ins -------------------------------------------------------------------------------------------------------

FILES = st.sampled_from(["one.json", "two.json"])
LOG_INS = st.one_of(
    st.builds(
        lambda name, kind: Call("POST", _query("/auth-files", name=name), {"type": kind, "email": "a@example.com"}),
        FILES,
        st.sampled_from(["claude", "codex"]),
    ),
    FILES.map(lambda name: Call("DELETE", _query("/auth-files", name=name))),
    st.builds(
        lambda name, off: Call("PATCH", "/auth-files/status", {"name": name, "disabled": off}), FILES, st.booleans()
    ),
    st.builds(
        lambda name, priority, note: Call(
            "PATCH", "/auth-files/fields", {"name": name, "priority": priority, "note": note}
        ),
        FILES,
        st.sampled_from([0, 1, 5]),
        st.sampled_from(["", "mine", " mine "]),
    ),
)

READS = st.sampled_from(
    ["config", "api-keys", "ampcode", "routing/strategy", "oauth-excluded-models", "oauth-model-alias", *LISTS]
).map(lambda path: Call("GET", f"/{path}"))

SETTINGS = st.one_of(VALUES, CLIENT_KEYS, UPSTREAM_KEYS, UPSTREAM_KEYS, OAUTH, AMP)
"""What changes the configuration's file."""


def sequences(*, log_ins: bool = True, most: int = 12) -> st.SearchStrategy[list[Call]]:
    """Calls one after the other, reading in between."""
    every = [SETTINGS, SETTINGS, SETTINGS, READS, *([LOG_INS] if log_ins else [])]
    return st.lists(st.one_of(*every), min_size=1, max_size=most)
