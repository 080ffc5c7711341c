"""`config.yaml` as a file that people write: edited in place, never written anew.

Laws: comments, order and unknown keys stay; a writer takes the file's lock, reads it anew and writes it as a whole, so
no reader sees half of it and no other writer's change is lost; only its owner may read it. A new key appears only where
its value says something: zeros and known defaults are left out, as the legacy leaves them out. Writers that take no
lock are `native.sharedfile`'s affair.
"""

import contextlib
import io
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, ScalarString

from native.threeway import identity

type Json = dict[str, Any]

KNOWN_DEFAULTS: Mapping[str, Any] = {
    "pprof.addr": "127.0.0.1:8316",
    "remote-management.panel-github-repository": "https://github.com/router-for-me/Cli-Proxy-API-Management-Center",
    "routing.strategy": "round-robin",
    "error-logs-max-files": 10,
}
"""Values that need no line of their own, by dotted path."""
REMOVED = (
    "auth",
    "amp-upstream-url",
    "amp-upstream-api-key",
    "amp-restrict-management-to-localhost",
    "amp-model-mappings",
    "generative-language-api-key",
)
"""Keys of older versions: gone with the first change."""
WHOLE = ("oauth-excluded-models", "oauth-model-alias")
"""Mappings whose keys are the user's: what is not in the new value goes."""


DEEPEST = 100
TOO_DEEP = "nested too deeply"
_BRACKETS = re.compile(r"[\[\]{}]")


_DOUBTFUL = re.compile(
    r"""|~|<<|=
    |y|yes|n|no|on|off|true|false|null
    |[-+]?(\d[\d_]*|0x[\da-f_]+|0o[0-7_]+|0b[01_]+)
    |[-+]?(\.\d+|\d[\d_]*(\.[\d_]*)?)(e[-+]?\d+)?
    |[-+]?\d[\d_]*(:[0-5]?\d)+(\.[\d_]*)?
    |[-+]?\.inf|\.nan
    |\d{4}-\d\d?-\d\d?([Tt\s].*)?""",
    re.VERBOSE | re.IGNORECASE,
)
"""Texts that some reader of YAML takes for something else; the legacy writes them in double quotes."""
NO_MAPPING = "expected root mapping node"


class ConfigFileError(Exception):
    """The file cannot be read as a configuration; the message says where and why."""


def _yaml() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1_000_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def parsed(text: str) -> CommentedMap:
    """A document with everything that is not its values. Raises `ConfigFileError` with line and column."""
    if _deep(text):
        raise ConfigFileError(TOO_DEEP)
    try:
        document = _yaml().load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise ConfigFileError(f"{where}{error.problem or error.context}") from error
    except RecursionError as error:
        raise ConfigFileError(TOO_DEEP) from error
    except (YAMLError, ValueError) as error:  # a date that no calendar has is a `ValueError`
        raise ConfigFileError(str(error)) from error
    if not isinstance(document, CommentedMap):
        raise ConfigFileError(NO_MAPPING)
    return document


def _deep(text: str) -> bool:
    """Whether brackets stand deeper in one another than any configuration's: reading such takes time by the square."""
    depth = 0
    for bracket in _BRACKETS.finditer(text):
        depth = depth + 1 if bracket[0] in "[{" else max(0, depth - 1)
        if depth > DEEPEST:
            return True
    return False


def written(document: CommentedMap) -> str:
    """A document's text."""
    out = io.StringIO()
    _yaml().dump(document, out)
    return out.getvalue()


def edited(text: str, tree: Mapping[str, Any], document: CommentedMap | None = None) -> tuple[str, Json]:
    """A file's text with a configuration's values in it, and what it says then.

    Args:
        text: The file's.
        tree: The values.
        document: The text, where it is parsed already; it is changed.

    Raises:
        ConfigFileError: The text is no configuration.
    """
    document = parsed(text) if document is None else document
    merge(document, tree)
    return _with_headings(text, written(document)), plain(document)


def rewritten(text: str, tree: Mapping[str, Any]) -> str:
    """A file's text, made to say a tree and nothing else, its comments kept. Raises `ConfigFileError`."""
    document = parsed(text)
    _say(document, tree)
    return _with_headings(text, written(document))


def _say(old: Any, new: Any) -> Any:
    if isinstance(old, CommentedMap) and isinstance(new, Mapping):
        for gone in old.keys() - new.keys():
            del old[gone]
        for key, value in new.items():
            old[key] = _say(old[key], value) if key in old else _made(value)
        return old
    return _merged(old, new, "")


def _headings(lines: Sequence[str]) -> dict[str, list[str]]:
    """By top-level key, the comments right above it."""
    found: dict[str, list[str]] = {}
    above: list[str] = []
    for line in lines:
        if line.startswith("#") or not line.strip():
            above.append(line)
            continue
        if above and line[0] not in " -\t" and ":" in line:
            found[line.partition(":")[0]] = above
        above = []
    return found


def _with_headings(before: str, after: str) -> str:
    """Comments above a section stay, even where they hung on an entry of the last section that has gone."""
    lines = after.split("\n")
    have = _headings(lines)
    missing = {
        key: above
        for key, above in _headings(before.split("\n")).items()
        if any(line.startswith("#") and line not in have.get(key, ()) for line in above)
    }
    if not missing:
        return after
    out: list[str] = []
    for line in lines:
        key = line.partition(":")[0] if line and line[0] not in " -\t#" and ":" in line else ""
        if key in missing:
            while out and (out[-1].startswith("#") or not out[-1].strip()):
                out.pop()
            out += missing[key]
        out.append(line)
    return "\n".join(out)


def plain(value: Any) -> Any:
    """A document's values alone."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool) or value is None:
        return value
    return int(value) if isinstance(value, int) else float(value) if isinstance(value, float) else value


# ---- one writer at a time ------------------------------------------------------------------------------------------


@contextlib.contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold a file's lock, which lies beside it and ends with its holder."""
    descriptor = os.open(file.with_name(f".{file.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(descriptor)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - there alone

        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
    else:
        import fcntl  # noqa: PLC0415 - not there on Windows

        fcntl.flock(descriptor, fcntl.LOCK_EX)


def replace(file: Path, content: bytes) -> None:
    """Write a file as a whole, for its owner alone; after a crash it is the old one or the new one.

    A link in its place is replaced, not followed.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


# ---- a tree into a document ----------------------------------------------------------------------------------------


def merge(document: CommentedMap, tree: Mapping[str, Any]) -> None:
    """Put a whole configuration's values into a document, changing as little as can be."""
    for key in REMOVED:
        document.pop(key, None)
    for provider in document.get("openai-compatibility") or ():
        if isinstance(provider, dict):
            provider.pop("api-keys", None)
    for key in WHOLE:
        if key in document:
            _without_others(document, tree, key)
    _merge_mapping(document, tree, "")


def _without_others(document: CommentedMap, tree: Mapping[str, Any], key: str) -> None:
    if key in tree and isinstance(document[key], dict):
        for gone in document[key].keys() - tree[key].keys():
            del document[key][gone]
    elif key in tree:
        document[key] = _made(tree[key])
    elif key == "oauth-model-alias":
        document[key] = CommentedMap()
    else:
        del document[key]


def _merge_mapping(into: Any, tree: Mapping[str, Any], path: str) -> None:
    for key, value in tree.items():
        below = f"{path}.{key}" if path else key
        if key in into:
            if value == [] and key in into.ca.items:
                del into.ca.items[key]  # what is said of its entries has no place without them
            into[key] = _merged(into[key], value, below)
        elif not _says_nothing(below, pruned := _pruned(below, value)):
            into[key] = _made(pruned)


def _merged(old: Any, new: Any, path: str) -> Any:
    """The value to stand in an old one's place: the old one itself, changed, wherever it can be."""
    if isinstance(new, Mapping):
        if not isinstance(old, CommentedMap):
            return _made(new)
        _merge_mapping(old, new, path)
        return old
    if isinstance(new, list):
        if old is None and not new:
            return None
        if not isinstance(old, CommentedSeq) or not new:
            return _made(new)
        _merge_list(old, new, path)
        return old
    if type(plain(old)) is type(new) and old == new:
        return old
    return type(old)(new) if isinstance(old, ScalarString) and isinstance(new, str) else _made(new)


def _merge_list(old: CommentedSeq, new: Sequence[Any], path: str) -> None:
    if not old or not new:
        old[:] = [_made(value) for value in new]
        return
    before = list(old)
    used: set[int] = set()
    entries = []
    for value in new:
        at = _alike(before, used, value)
        if at is None:
            entries.append(_made(value))
            continue
        used.add(at)
        kept = _merged(before[at], value, path)
        if isinstance(kept, CommentedMap) and isinstance(value, Mapping):
            for gone in kept.keys() - value.keys():
                del kept[gone]
        entries.append(kept)
    comments = {id(before[at]): old.ca.items[at] for at in used if at in old.ca.items}
    old[:] = entries
    old.ca.items.clear()
    for at, entry in enumerate(entries):
        if id(entry) in comments:
            old.ca.items[at] = comments[id(entry)]


def _alike(before: Sequence[Any], used: set[int], value: Any) -> int | None:
    """Which of the old entries a new one is: by what it is known by, else by being equal."""
    known = identity(value)
    free = [at for at in range(len(before)) if at not in used]
    if known:
        for at in free:
            if identity(before[at]) == known:
                return at
    return next((at for at in free if before[at] == value), None)


def _says_nothing(path: str, value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(_says_nothing("", v) for v in value.values())
    if isinstance(value, list):
        return all(_says_nothing("", v) for v in value)
    return not value or KNOWN_DEFAULTS.get(path) == value


def _pruned(path: str, value: Any) -> Any:
    """A new value without what says nothing."""
    if isinstance(value, list):
        return [_pruned(path, v) for v in value]
    if not isinstance(value, Mapping):
        return value
    kept: Json = {}
    for key, inner in value.items():
        below = f"{path}.{key}"
        if not _says_nothing(below, inner):
            kept[key] = _pruned(below, inner)
    return kept


def _made(value: Any) -> Any:
    """A value as a document holds it."""
    if isinstance(value, Mapping):
        return CommentedMap((k, _made(v)) for k, v in value.items())
    if isinstance(value, list):
        made = CommentedSeq(_made(v) for v in value)
        if not made:
            made.fa.set_flow_style()
        return made
    return DoubleQuotedScalarString(value) if isinstance(value, str) and _DOUBTFUL.fullmatch(value) else value
