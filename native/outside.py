"""The real clock and real randomness."""

import secrets
import string
import time
import uuid

LETTERS = string.ascii_letters + string.digits
_AS_LETTERS = bytes(ord(LETTERS[byte % len(LETTERS)]) for byte in range(256))


class SystemClock:
    """The system's time."""

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time()


class SystemIds:
    """Identifiers nobody can guess."""

    def uuid(self) -> str:
        """A random UUID."""
        return str(uuid.uuid4())

    def hexes(self, length: int) -> str:
        """Random hexadecimal digits."""
        return secrets.token_hex((length + 1) // 2)[:length]

    def letters(self, length: int) -> str:
        """Random letters and digits."""
        return secrets.token_bytes(length).translate(_AS_LETTERS).decode()
