"""Placeholders: what stands in a recording where a secret was.

Everything that makes a placeholder lives here. Laws: equal secrets have equal placeholders, others have others; a
placeholder has the secret's length, its punctuation and the beginning that says what kind it is (`sk-ant-oat01-`), so
that whoever reads a recording treats it as the secret would be treated; without the installation's key nobody can tell
whether a secret was the one. A token that carries claims (a JWT) keeps them, without its signature and with the people
in it renamed.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re
import string
from collections.abc import Callable
from pathlib import Path

import orjson

from shim.redact.standin import BEGINNING, private_key

KEY_BYTES = 32
REMEMBERED = 10_000

EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_KIND = re.compile(
    r"sk-ant-(?:api|oat|ort|sid)\d\d-|sk-(?:ant|proj|or-v1|svcacct)-|AIzaSy|AIza|ya29\.|1//|github_pat_|gh[opsur]_"
    r"|aorAAAAAG|aoaAAAAAG|xai-|gsk_|glpat-|AKIA|[a-z]{2,4}[-_]"
)
_LETTERS = string.ascii_letters + string.digits


def key_of(path: Path) -> bytes:
    """The installation's key, made with mode 0600 where there is none.

    Raises:
        ValueError: The file is there and holds no key.
    """
    try:
        made = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        key = path.read_bytes()
        if len(key) != KEY_BYTES:
            raise ValueError(f"{path} is no redaction key: move it away and a new one is made") from None
        return key
    try:
        key = os.urandom(KEY_BYTES)
        os.write(made, key)
        os.fsync(made)
    finally:
        os.close(made)
    return key


class Placeholders:
    """Placeholders under one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._made: dict[str, str] = {}

    def of(self, secret: str) -> str:
        """The placeholder of a secret: as long as that."""
        made = self._made.get(secret)
        if made is None:
            if len(self._made) >= REMEMBERED:
                self._made.clear()
            made = self._made[secret] = self._make(secret)
        return made

    def _make(self, secret: str) -> str:
        if BEGINNING in secret:
            escaped = "\\n" in secret
            key = private_key(self._seed(secret.replace("\\n", "\n").strip()))
            return key.strip().replace("\n", "\\n") if escaped else key
        if secret.startswith("tid="):
            return _COPILOT.sub(lambda found: found[1] + self._letters(found[2], secret), secret)
        if secret.count(".") == 2 and secret.startswith("ey"):
            told = self._claims(secret)
            if told:
                return told
        if EMAIL.fullmatch(secret):
            return self._lower(secret)
        kind = _KIND.match(secret)
        start = kind.end() if kind and kind.end() < len(secret) - 1 else 0
        return secret[:start] + self._letters(secret[start:], secret)

    def _letters(self, text: str, secret: str) -> str:
        """Other letters and digits at the places of letters and digits."""
        return self._replace(text, secret, lambda old, random: _LETTERS[random % 62] if old.isalnum() else old)

    def _lower(self, secret: str) -> str:
        """An address that is none, of the same shape."""
        return self._replace(secret, secret, lambda old, random: chr(97 + random % 26) if old.isalnum() else old)

    def _replace(self, text: str, secret: str, choose: Callable[[str, int], str]) -> str:
        randoms = hashlib.shake_256(self._seed(secret)).digest(2 * len(text))
        return "".join(
            choose(old, int.from_bytes(randoms[2 * at : 2 * at + 2])) if old.isascii() else "x" * len(old)
            for at, old in enumerate(text)
        )

    def _seed(self, secret: str) -> bytes:
        return hmac.digest(self._key, secret.encode("utf-8", "surrogatepass"), "sha256")

    def _claims(self, token: str) -> str:
        """A JWT whose claims can still be read, with e-mail addresses renamed; empty where it is none."""
        head, payload, signature = token.split(".")
        try:
            claims = _unpad(payload)
            orjson.loads(_unpad(head))
            orjson.loads(claims)
            text = claims.decode()
        except (ValueError, binascii.Error):
            return ""
        renamed = EMAIL.sub(lambda found: self.of(found[0]), text)
        named = _NAMES.sub(lambda found: found[1] + self._letters(found[2], found[2]), renamed)
        body = base64.urlsafe_b64encode(named.encode()).rstrip(b"=").decode()
        return f"{head}.{body}.{self._letters(signature, token)}"


_COPILOT = re.compile(r"(tid=|:)([^;:=]+)(?=;|$)")
_NAMES = re.compile(r'("(?:name|given_name|family_name|nickname|preferred_username|phone_number)"\s*:\s*")([^"\\]+)')


def _unpad(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
