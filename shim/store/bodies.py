"""Bodies, each stored once: content-addressed, compressed, and told against an earlier one that they have grown from.

An agent sends its whole conversation with every turn, so most of a body is in the one before. Laws: what is read is
byte for byte what was put; equal bodies are one row; a body that another is told against outlives it.
"""

import re
import sqlite3
import struct
from collections import OrderedDict
from dataclasses import dataclass

import zstandard

from shim.tape import digest_of

LEVEL = 3
SMALL = 512  # bytes; below, the dictionary is as good as any other body
SHORT = 4096  # bytes; below, the dictionary helps
DEEPEST = 64  # deltas to undo for one read
WORTH = 0.2  # a delta larger than this share of the body is not taken: it has grown from something else
WARM = 64 << 20  # bytes of recent bodies kept to tell the next ones against
KNOWN_PIECES = 200_000
LONG = 512 << 10  # bytes of both together; above, only what is new between equal ends is told

_ENDS = struct.Struct("<QQ")
_BETWEEN = re.compile(rb"\},?\s*\{")


@dataclass(frozen=True, slots=True)
class Form:
    """How a body is written down; see the table for what each codec means."""

    codec: str
    data: bytes
    base: int | None = None
    depth: int = 0


class Bodies:
    """The bodies of one open database. Not to be shared between threads."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection
        words = connection.execute("SELECT words FROM dictionaries WHERE id = 1").fetchone()[0]
        self._words = zstandard.ZstdCompressionDict(words, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
        self._words.precompute_compress(level=LEVEL)
        self._short = zstandard.ZstdCompressor(dict_data=self._words, write_checksum=False)
        self._short_back = zstandard.ZstdDecompressor(dict_data=self._words)
        self._plain = zstandard.ZstdCompressor(level=LEVEL)
        self._plain_back = zstandard.ZstdDecompressor()
        self._ids: OrderedDict[bytes, int] = OrderedDict()
        self._warm: OrderedDict[int, tuple[bytes, int]] = OrderedDict()  # id: (body, depth)
        self._warmth = 0
        self._pieces: OrderedDict[int, tuple[int, int]] = OrderedDict()  # hash of a piece: (last body, how often)

    def short(self, text: bytes) -> bytes:
        """Compress a short text such as a header list, to be kept outside the table."""
        return self._short.compress(text)

    def short_back(self, data: bytes) -> bytes:
        """Undo `short`."""
        return self._short_back.decompress(data)

    def put(self, body: bytes, like: int | None = None) -> int | None:
        """Store a body; returns its id. An empty body is None.

        Args:
            body: The body.
            like: Another that says much the same, as an answer in another dialect does.
        """
        if not body:
            return None
        return self._put(digest_of(body), body, like)

    def put_head(self, head: bytes, size: int, digest: bytes) -> int:
        """Store what is kept of a body over the limit."""
        # Its row goes by another name, so that the whole body, should it come one day, is not taken for it.
        name = digest_of(b"head of " + digest)
        return self._find(name) or self._insert(name, size, Form("head", head))

    def get(self, number: int | None) -> bytes:
        """The body with this id; for one over the limit its head."""
        if number is None:
            return b""
        return self._warm_up(number)[0]

    def forget(self) -> None:
        """Let go of what is known of the table: it was changed otherwise, or a transaction was undone."""
        self._ids.clear()
        self._warm.clear()
        self._warmth = 0
        self._pieces.clear()

    def _put(self, digest: bytes, body: bytes, like: int | None) -> int:
        found = self._find(digest)
        if found:
            return found
        if len(body) < SMALL:
            return self._insert(digest, len(body), self._alone(body))
        pieces = [hash(piece) for piece in _BETWEEN.split(body) if len(piece) > 32]
        form = self._grown(body, self._ancestor(pieces)) or self._beside(body, like)
        number = self._insert(digest, len(body), form)
        self._remember(number, body, form.depth, pieces)
        return number

    def _find(self, digest: bytes) -> int | None:
        number = self._ids.get(digest)
        if number is None:
            row = self._sql.execute("SELECT id FROM bodies WHERE hash = ?", (digest,)).fetchone()
            if row is None:
                return None
            number = int(row[0])
        self._know(digest, number)
        return number

    def _alone(self, body: bytes) -> Form:
        """A body told by itself."""
        short = len(body) < SHORT
        packed = (self._short if short else self._plain).compress(body)
        if len(packed) >= len(body):
            return Form("raw", body)
        return Form("words", packed, base=1) if short else Form("zstd", packed)

    def _grown(self, body: bytes, ancestor: int | None) -> Form | None:
        """A body told against another; None where that is not worth it."""
        if ancestor is None:
            return None
        before, depth = self._warm_up(ancestor)
        if depth >= DEEPEST:
            return None
        codec, delta = _tell(body, before)
        return Form(codec, delta, ancestor, depth + 1) if len(delta) < WORTH * len(body) else None

    def _beside(self, body: bytes, like: int | None) -> Form:
        """A body told against one that says much the same, or by itself where that is no longer."""
        alone = self._alone(body)
        if like is None:
            return alone
        other, depth = self._warm_up(like)
        if depth >= DEEPEST or len(body) + len(other) > LONG:
            return alone
        codec, delta = _tell(body, other)
        return Form(codec, delta, like, depth + 1) if len(delta) < len(alone.data) else alone

    def _insert(self, digest: bytes, size: int, form: Form) -> int:
        added = self._sql.execute(
            "INSERT INTO bodies (hash, size, codec, base, depth, data) VALUES (?, ?, ?, ?, ?, ?)",
            (digest, size, form.codec, form.base, form.depth, form.data),
        ).lastrowid
        assert added is not None  # noqa: S101 # SQLite always has one after an insert
        self._know(digest, added)
        return added

    def _know(self, digest: bytes, number: int) -> None:
        self._ids[digest] = number
        self._ids.move_to_end(digest)
        if len(self._ids) > KNOWN_PIECES:
            self._ids.popitem(last=False)

    def _ancestor(self, pieces: list[int]) -> int | None:
        """The body this one has most likely grown from: the last to have the rarest piece that they share.

        What every conversation has (system prompts, tools) was seen often; the newest message only just now.
        """
        known = [found for piece in pieces if (found := self._pieces.get(piece))]
        return min(known, key=lambda found: (found[1], -found[0]))[0] if known else None

    def _warm_up(self, number: int) -> tuple[bytes, int]:
        """The body with this id and its depth, kept for the next that needs it."""
        if number in self._warm:
            self._warm.move_to_end(number)
            return self._warm[number]
        codec, base, depth, data = self._sql.execute(
            "SELECT codec, base, depth, data FROM bodies WHERE id = ?", (number,)
        ).fetchone()
        match codec:
            case "zstd":
                body = self._plain_back.decompress(data)
            case "words":
                body = self._short_back.decompress(data)
            case "delta" | "splice":
                body = _untell(codec, data, self._warm_up(base)[0])
            case _:
                body = bytes(data)
        self._keep(number, body, depth)
        return body, depth

    def _keep(self, number: int, body: bytes, depth: int) -> None:
        self._warm[number] = body, depth
        self._warmth += len(body)
        while self._warmth > WARM:
            self._warmth -= len(self._warm.popitem(last=False)[1][0])

    def _remember(self, number: int, body: bytes, depth: int, pieces: list[int]) -> None:
        self._keep(number, body, depth)
        for piece in pieces:
            self._pieces[piece] = number, self._pieces.get(piece, (0, 0))[1] + 1
            self._pieces.move_to_end(piece)
        while len(self._pieces) > KNOWN_PIECES:
            self._pieces.popitem(last=False)


def _tell(body: bytes, before: bytes) -> tuple[str, bytes]:
    """A body told against an earlier one: the codec, and the data."""
    total = len(body) + len(before)
    if total > LONG:
        head = _alike(body, before)
        tail = _alike(body[head:][::-1], before[head:][::-1])
        new = zstandard.ZstdCompressor(level=LEVEL).compress(body[head : len(body) - tail])
        return "splice", _ENDS.pack(head, tail) + new
    against = zstandard.ZstdCompressionDict(before, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    shape = zstandard.ZstdCompressionParameters.from_level(LEVEL, source_size=total)
    return "delta", zstandard.ZstdCompressor(compression_params=shape, dict_data=against).compress(body)


def _untell(codec: str, data: bytes, before: bytes) -> bytes:
    """Undo `_tell`."""
    if codec == "splice":
        head, tail = _ENDS.unpack_from(data)
        new = zstandard.ZstdDecompressor().decompress(data[_ENDS.size :])
        return before[:head] + new + before[len(before) - tail :]
    against = zstandard.ZstdCompressionDict(before, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    return zstandard.ZstdDecompressor(dict_data=against).decompress(data)


def _alike(one: bytes, other: bytes) -> int:
    """How many bytes two bodies have in common from their beginning."""
    low, high = 0, min(len(one), len(other))
    left, right = memoryview(one), memoryview(other)
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
