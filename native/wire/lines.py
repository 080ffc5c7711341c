"""A byte stream cut into lines, as they come. Law: a line is given once its end was seen, the last one at the end."""


class Lines:
    """Splits at line feeds; a carriage return before one is dropped."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes; return the lines that they end."""
        if self._rest:
            data = self._rest + data
        lines = data.split(b"\n")
        self._rest = lines.pop()
        if data.find(b"\r") >= 0:  # `in` tries a number first, and takes ten times as long
            return [line[:-1] if line.endswith(b"\r") else line for line in lines]
        return lines

    def finish(self) -> list[bytes]:
        """The stream has ended: the line that had no end, if it has anything."""
        rest, self._rest = self._rest, b""
        return [rest.removesuffix(b"\r")] if rest else []
