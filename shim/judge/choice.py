"""Which credential the legacy chose, read off what it sent: nothing else in one exchange says whose turn it was.

Law: only what is written in the recorded call decides; where it names no credential of the state, the pool decides.
"""

from collections.abc import Iterable, Sequence

from native.credentials.credential import Credential
from shim.exchange import Interaction, Request

_SHORT = 6  # characters; a shorter secret may stand in a header by chance


def _secrets(credential: Credential) -> list[str]:
    """What a call with this credential carries."""
    kept = [
        credential.api_key,
        *(str(v) for k, v in credential.metadata.items() if "token" in k and isinstance(v, str)),
    ]
    return [secret for secret in kept if len(secret) >= _SHORT]


def _carries(request: Request, secret: str) -> bool:
    return secret in request.url or any(secret in value for _, value in request.headers)


class RecordedChoice:
    """A pool's `choose` that follows a recording.

    Args:
        asked: What native has asked its providers so far in this exchange; grows as it asks.
    """

    def __init__(self, asked: Sequence[Interaction]) -> None:
        self._asked = asked
        self._recorded: Sequence[Interaction] = ()

    def load(self, recorded: Sequence[Interaction], asked: Sequence[Interaction]) -> None:
        """Take the calls of the next exchange."""
        self._recorded, self._asked = recorded, asked

    def __call__(self, credentials: Iterable[Credential]) -> str:
        """The id of the credential that the legacy used for its next call, empty where the record does not tell."""
        if len(self._asked) >= len(self._recorded):
            return ""
        call = self._recorded[len(self._asked)].request
        return next((c.id for c in credentials if any(_carries(call, s) for s in _secrets(c))), "")
