"""Google's service accounts: what a credential file says of one, and the token it is good for.

Everything that turns such a file into an `Authorization` header lives here. Law: what goes wrong with a token is never
told to a client.
"""

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import orjson

from native.failure import Failure
from native.upstream import UpstreamRequest
from native.wire.loose import get, integer, parse, text, trim

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from native.credentials.credential import Credential

SCOPE: Final = "https://www.googleapis.com/auth/cloud-platform"
GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TOKENS: Final = "https://oauth2.googleapis.com/token"
_SECONDS: Final = 3600
_EARLIER: Final = 10
_PEM: Final = re.compile(r"-----BEGIN ((?:RSA )?PRIVATE KEY)-----(.*?)-----END \1-----", re.DOTALL)
_NOT_BASE64: Final = re.compile(r"[^A-Za-z0-9+/=]")


@dataclass(frozen=True, slots=True)
class Account:
    """A service account.

    Attributes:
        project: The project it works for.
        location: Where that project's models are asked for.
        email: Its name.
        key_id: The name of its key, empty where it has none.
        key: The key.
        tokens: Where tokens are given.
    """

    project: str
    location: str
    email: str
    key_id: str
    key: "RSAPrivateKey"
    tokens: str

    @property
    def home(self) -> str:
        """The address of its models."""
        host = "aiplatform" if self.location == "global" else f"{self.location}-aiplatform"
        place = f"projects/{self.project}/locations/{self.location}"
        return f"https://{host}.googleapis.com/v1/{place}/publishers/google/models"


def account_of(credential: "Credential") -> Account:
    """The account in a credential's file. Raises `Failure`."""
    tree = credential.metadata
    project = _said(tree, "project_id") or _said(tree, "project")
    if not project:
        raise Failure("vertex executor: missing project_id in credentials")
    service = tree.get("service_account")
    if not isinstance(service, dict):
        raise Failure("vertex executor: missing service_account in credentials")
    return Account(
        project,
        _said(tree, "location") or "us-central1",
        text(get(service, "client_email")),
        text(get(service, "private_key_id")),
        _key(service.get("private_key")),
        text(get(service, "token_uri")) or TOKENS,
    )


def token_request(account: Account, now: float, proxy: str | None) -> UpstreamRequest:
    """The question for a token."""
    # Whoever has no service account need not load cryptography's eight megabytes.
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    issued = int(now) - _EARLIER
    head = {"alg": "RS256", "typ": "JWT"} | ({"kid": account.key_id} if account.key_id else {})
    claims = {"iss": account.email, "scope": SCOPE, "aud": account.tokens, "exp": issued + _SECONDS, "iat": issued}
    said = _encoded(orjson.dumps(head)) + "." + _encoded(orjson.dumps(claims))
    signed = account.key.sign(said.encode(), PKCS1v15(), SHA256())
    form = {"assertion": f"{said}.{_encoded(signed)}", "grant_type": GRANT}
    headers = [("Content-Type", "application/x-www-form-urlencoded")]
    return UpstreamRequest("POST", account.tokens, headers, urlencode(form).encode(), proxy)


def token_in(answer: bytes) -> tuple[str, int]:
    """The token that was given, empty where none was, and the seconds it is good for."""
    tree = parse(answer)
    return text(get(tree, "access_token")), integer(get(tree, "expires_in"))


def _said(tree: dict[str, Any], name: str) -> str:
    value = tree.get(name)
    return trim(value) if isinstance(value, str) else ""


def _key(pem: Any) -> "RSAPrivateKey":
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - see token_request
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_der_private_key  # noqa: PLC0415

    if not isinstance(pem, str) or not trim(pem):
        raise Failure("vertex executor: service account missing private_key")
    found = _PEM.search(pem)
    if found is None:
        raise Failure("vertex executor: private_key is not valid pem: missing pem markers")
    try:
        key = load_der_private_key(base64.b64decode(_NOT_BASE64.sub("", found[2])), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Failure("vertex executor: private_key uses unsupported format") from error
    if not isinstance(key, RSAPrivateKey):
        raise Failure("vertex executor: private_key is not an RSA key")
    return key


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
