"""What an endpoint must know of a body before anything else: the model, and whether a stream is wanted.

Laws: a body that is no JSON is not refused here: like the legacy, its fields are read as far as they can be, whatever
stands before its first brace; of a key given twice the first counts.
"""

from typing import Any, NamedTuple

from native.wire import lenient, twice
from native.wire.loose import MISSING, get, text


class Fields(NamedTuple):
    """The fields, `MISSING` where they are absent, and the whole body as it was parsed for them.

    Attributes:
        model: The model.
        stream: What stands under `stream`.
        tree: The body.
        sound: Whether the body is JSON; of any other, the text is what counts.
    """

    model: str
    stream: Any
    tree: Any
    sound: bool = True

    @property
    def spare(self) -> list[Any]:
        """The body for the first try to take, where parsing it again would give the same."""
        return [self.tree] if self.sound else []


def fields(raw: bytes) -> Fields:
    """Read them."""
    tree = twice.read(raw)
    sound = tree is not MISSING
    if not sound:
        tree = lenient.sought(raw)
    return Fields(text(get(tree, "model")), get(tree, "stream"), tree, sound)
