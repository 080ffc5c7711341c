"""How many tokens a request has, for upstreams that cannot be asked.

Everything that counts lives here: which encoding a model is counted with, its vocabulary (kept in `data/`, as OpenAI
publishes it), and the counts of whole requests. Laws: nothing is downloaded; a vocabulary is read when it is first
needed (about half a second and 40 MB); counting blocks, some 60 ms a megabyte, so an event loop leaves it to a thread.
"""

import re
from binascii import a2b_base64
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from native.turn import Json
from native.wire import counted
from native.wire.loose import trim

if TYPE_CHECKING:
    from tiktoken import Encoding

CL100K: Final = "cl100k_base"
O200K: Final = "o200k_base"

_ENDINGS: Final = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_UPPER: Final = r"\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}"
_LOWER: Final = r"\p{Ll}\p{Lm}\p{Lo}\p{M}"
_BLANKS: Final = r"\s*[\r\n]+|\s+(?!\S)|\s+"
_WORDS: Final = {
    CL100K: rf"{_ENDINGS}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{_BLANKS}",
    O200K: rf"[^\r\n\p{{L}}\p{{N}}]?[{_UPPER}]*[{_LOWER}]+{_ENDINGS}?"
    rf"|[^\r\n\p{{L}}\p{{N}}]?[{_UPPER}]+[{_LOWER}]*{_ENDINGS}?"
    rf"|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{_BLANKS}",
}
"""How each encoding parts a text before it looks for tokens."""

_OPENAI: Final = (
    ("gpt-5", O200K),
    ("gpt-4.1", O200K),
    ("gpt-4o", O200K),
    ("gpt-4", CL100K),
    ("gpt-3", CL100K),
    ("o1", O200K),
    ("o3", O200K),
    ("o4", O200K),
)
_CODEX: Final = _OPENAI[:5]
_NO_OPENAI: Final = ("kiro-", "amazonq-")
_CLAUDE_FACTOR: Final = 1.1

_LONGEST_BLANK: Final = 100_000
_LONG_BLANK: Final = re.compile(rf"\s{{{_LONGEST_BLANK}}}")


def of_chat(model: str, body: Json) -> int:
    """The tokens of a chat completion's request."""
    return of_text(model, counted.joined(counted.chat(body)))


def of_claude(model: str, body: Json) -> int:
    """The tokens of a Claude request, its images among them."""
    return of_text(model, counted.joined(counted.claude(body))) + counted.claude_images(body)


def of_codex(model: str, body: Json) -> int:
    """The tokens of a Codex request."""
    return _count(_by_prefix(model, _CODEX, CL100K), counted.joined(counted.codex(body)))


def of_text(model: str, said: str) -> int:
    """The tokens of a text, as a model is counted; Claude's are estimated from OpenAI's."""
    name = trim(model).lower()
    if "claude" in name or name.startswith(_NO_OPENAI):
        return int(_count(CL100K, said) * _CLAUDE_FACTOR)
    return _count(_by_prefix(name, _OPENAI, O200K), said)


def _by_prefix(model: str, table: tuple[tuple[str, str], ...], other: str) -> str:
    name = trim(model).lower()
    if not name:
        return CL100K
    return next((encoding for prefix, encoding in table if name.startswith(prefix)), other)


def _count(encoding: str, said: str) -> int:
    if not said:
        return 0
    encode = _encoding(encoding).encode_ordinary
    return sum(len(encode(piece)) for piece in _pieces(said))


def _pieces(said: str) -> Iterator[str]:
    """The text, cut where blanks run on for longer than the encoder's matcher can look back over."""
    start = 0
    for found in _LONG_BLANK.finditer(said) if len(said) > _LONGEST_BLANK else ():
        yield said[start : found.end()]
        start = found.end()
    yield said[start:]


@cache
def _encoding(name: str) -> "Encoding":
    from tiktoken import Encoding  # noqa: PLC0415 whoever never counts need not load it

    packed = files("native").joinpath(f"data/{name}.tiktoken.zst").read_bytes()
    import zstandard  # noqa: PLC0415  # for whoever counts tokens

    lines = zstandard.decompress(packed).split()
    ranks = {a2b_base64(token): int(rank) for token, rank in zip(lines[::2], lines[1::2], strict=True)}
    return Encoding(name, pat_str=_WORDS[name], mergeable_ranks=ranks, special_tokens={})
