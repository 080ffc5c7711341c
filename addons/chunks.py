"""Reading the chunked transfer coding without touching it.

Everything that knows how chunks are framed lives here. Law: a `ChunkScanner` says where the body ends and what its
pieces hold; the bytes themselves are passed on as they came, sizes, extensions, trailers and all.
"""

from collections.abc import Callable

type Keep = Callable[[bytes], None]

LONGEST_LINE = 16 << 10


class ChunkScanner:
    """Follows one chunked body.

    Args:
        keep: Takes each chunk's content; one that came in several reads is given in as many pieces.

    Attributes:
        broken: The framing made no sense; whatever follows is passed on until the connection ends.
    """

    __slots__ = ("_keep", "_left", "_line", "_trailers", "broken")

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self._left = -1  # bytes of the present chunk still to come, with its line end; -1: a size line is awaited
        self._line = b""
        self._trailers = False
        self.broken = False

    def feed(self, data: bytes) -> int:
        """Take what came.

        Returns:
            How many of these bytes belong to the body, or -1 where all do and more is to come.
        """
        at, end = 0, len(data)
        while at < end:
            if self.broken:
                self._keep(data[at:])
                return -1
            if self._left > 0:
                at = self._content(data, at)
                continue
            stop = data.find(b"\n", at)
            if stop < 0:
                self._line += data[at:]
                self.broken = len(self._line) > LONGEST_LINE
                return -1
            line, self._line, at = self._line + data[at:stop], b"", stop + 1
            if self._trailers:
                if not line.rstrip(b"\r"):
                    return at
            else:
                self._size(line)
        return -1

    def _content(self, data: bytes, at: int) -> int:
        taken = min(self._left, len(data) - at)
        content = min(taken, self._left - 2)
        if content > 0:
            self._keep(data[at : at + content])
        self._left -= taken
        return at + taken

    def _size(self, line: bytes) -> None:
        digits = line.split(b";", 1)[0].strip()
        try:
            size = int(digits, 16) if digits.isalnum() else -1
        except ValueError:
            size = -1
        if size < 0:
            self.broken = True
        elif size == 0:
            self._trailers = True
        else:
            self._left = size + 2
