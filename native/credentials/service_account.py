"""Google's service accounts as log-ins for Vertex: what is sent up, cleaned, and the file that comes of it.

Laws: a key that cannot sign is refused before anything is written; however a key was spelled, it is kept in one way
(PKCS #1, lines of 64).
"""

import base64
import binascii
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from native.credentials import writing

type Json = dict[str, Any]

LOCATION: Final = "us-central1"
_ESCAPES: Final = re.compile(r"\x1b(?:\][^\x07\x1b]*(?:\x07|\x1b\\)?|\[[^A-Za-z]*[A-Za-z]?|.?)", re.DOTALL)
_PEM: Final = re.compile(r"-----BEGIN ((?:RSA )?PRIVATE KEY)-----(.*?)-----END \1-----", re.DOTALL)
_NOT_BASE64: Final = re.compile(r"[^A-Za-z0-9+/=]")
_FILE_PART: Final = str.maketrans({"/": "_", "\\": "_", ":": "_", " ": "-"})


class ServiceAccountError(ValueError):
    """What is wrong with a service account."""


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """A service account that can sign.

    Attributes:
        tree: All that it says, its key cleaned.
        project: The project it works for.
        email: Its name.
    """

    tree: Json
    project: str
    email: str

    @property
    def name(self) -> str:
        """Its file's."""
        return f"vertex-{self.project.translate(_FILE_PART)}.json"

    def keep(self, folder: Path, location: str) -> Path:
        """Write its file. Raises `OSError`, or `ValueError` where its project is no name."""
        tree = {
            "service_account": dict(sorted(self.tree.items())),
            "project_id": self.project,
            "email": self.email,
            "location": location,
            "type": "vertex",
        }
        return writing.write(folder, self.name, writing.indented(tree, ordered=False))


def service_account(tree: Json | None) -> ServiceAccount:
    """A service account from its JSON. Raises `ServiceAccountError`."""
    if tree is None:
        raise ServiceAccountError("service account payload is empty")
    key = tree.get("private_key")
    if not isinstance(key, str) or not key.strip():
        raise ServiceAccountError("service account missing private_key")
    cleaned = {**tree, "private_key": signing_key(key)}
    return ServiceAccount(cleaned, _said(tree, "project_id"), _said(tree, "client_email"))


def _said(tree: Json, name: str) -> str:
    value = tree.get(name)
    return "" if value is None else str(value).strip()


def signing_key(text: str) -> str:
    """A key in the one spelling. Raises `ServiceAccountError`."""
    # Whoever has no service account need not load cryptography's eight megabytes.
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415

    kind, der = _unwrapped(_ESCAPES.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip())
    try:
        key = serialization.load_der_private_key(der, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        why = "rsa" if kind.startswith("RSA") else "pkcs8"
        raise ServiceAccountError(f"private_key invalid {why}: {error}") from error
    if not isinstance(key, RSAPrivateKey):
        raise ServiceAccountError("private_key is not an RSA key")
    spelled = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    return spelled.decode()


def _unwrapped(text: str) -> tuple[str, bytes]:
    """A key's kind and bytes, from whatever is left of its lines."""
    found = _PEM.search(text)
    if found is None:
        raise ServiceAccountError("private_key is not valid pem: missing pem markers")
    payload = _NOT_BASE64.sub("", found[2])
    if not payload:
        raise ServiceAccountError("private_key is not valid pem: private_key base64 payload empty")
    try:
        return found[1], base64.b64decode(payload, validate=True)
    except binascii.Error as error:
        raise ServiceAccountError(f"private_key is not valid pem: private_key base64 decode failed: {error}") from error
