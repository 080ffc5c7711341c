"""What can go wrong between a client and a provider, in one type.

Law: a failure says its status and its text; where a provider refused, the text is the provider's body, untouched, for
clients of its own protocol understand it.
"""

from native.upstream import Headers


class Failure(Exception):  # noqa: N818 - it is what the field calls it, and no error of ours
    """A request did not succeed.

    Attributes:
        message: What a client is told; a JSON text is passed on as it is.
        status: The provider's HTTP status, 0 where there was none (a client sees 500).
        retry_after: Seconds after which the provider asked to be tried again, None where it did not say.
        headers: Headers that belong to the answer, shown where `passthrough-headers` is on.
    """

    def __init__(
        self, message: str, status: int = 0, *, retry_after: float | None = None, headers: Headers | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.retry_after = retry_after
        self.headers = headers or []

    @property
    def shown(self) -> int:
        """The status a client sees."""
        return self.status or 500


class EmptyStream(Failure):
    """A provider's stream ended before it said anything."""

    def __init__(self) -> None:
        super().__init__("empty_stream: upstream stream closed before first payload")


UNSUPPORTED = (
    "model_not_supported",
    "requested model is not supported",
    "requested model is unsupported",
    "requested model is unavailable",
    "model is not supported",
    "model not supported",
    "unsupported model",
    "model unavailable",
    "not available for your plan",
    "not available for your account",
)
"""What providers say where an account lacks the model: another account may have it."""


def unsupported(failure: Failure) -> bool:
    """Whether the account lacks the model."""
    if failure.status not in {400, 422}:
        return False
    text = failure.message.lower()
    return any(phrase in text for phrase in UNSUPPORTED)


def lost_item(failure: Failure) -> bool:
    """Whether the request names an item that the provider never stored: its own fault, not the credential's."""
    if failure.status != 404:
        return False
    text = failure.message.lower()
    return (
        "item with id" in text
        and "not found" in text
        and "items are not persisted when `store` is set to false" in text
    )


def clients_fault(failure: Failure) -> bool:
    """Whether no other credential would do better: the request itself is wrong."""
    if failure.status == 400:
        return "invalid_request_error" in failure.message and not unsupported(failure)
    if failure.status == 422:
        return not unsupported(failure)
    return lost_item(failure)
