"""Values that the legacy derives from a secret: each must become what it derives from the placeholder.

Law: a derivation is a pure function of the secret and says where the legacy has it. Without this, native on a
recording would send another cache key upstream than the legacy did, though it does the same.
"""

import hashlib
import uuid
from collections.abc import Callable, Iterator


def _prompt_cache(secret: str) -> str:
    """Codex: `prompt_cache_key` and `Session_id` of a chat client are named after its key."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"cli-proxy-api:codex:prompt-cache:{secret}"))


def _account_key(secret: str) -> str:
    """Kiro: an account goes by its refresh token."""
    return hashlib.sha256(secret.encode()).hexdigest()[:16]


def _machine(secret: str) -> str:
    """Kiro: the machine in the user agent is named after the account."""
    return hashlib.sha256(_account_key(secret).encode()).hexdigest()


DERIVATIONS: tuple[Callable[[str], str], ...] = (_prompt_cache, _account_key, _machine)


def derived(secret: str, placeholder: str) -> Iterator[tuple[str, str]]:
    """Pairs of what is derived from a secret and from its placeholder."""
    return ((derive(secret), derive(placeholder)) for derive in DERIVATIONS)


def derived_from_file(name: str, redacted: str) -> tuple[str, str]:
    """The same for a credential file whose name has an address in it: `auth_index` in the management API."""
    return _index(name), _index(redacted)


def _index(name: str) -> str:
    return hashlib.sha256(f"file:{name}".encode()).hexdigest()[:16]
