"""What an endpoint must know of a body before anything else: the model, and whether a stream is wanted.

Laws: a body that is no JSON is not refused here: like the legacy, its fields are read as far as they can be; of a model
given twice the first counts.
"""

from typing import Any, Final, NamedTuple

from native.wire import lenient
from native.wire.loose import MISSING, get, parse, text
from native.wire.patch import span

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class Fields(NamedTuple):
    """The fields, `MISSING` where they are absent, and the whole body as it was parsed for them.

    Attributes:
        model: The model.
        stream: What stands under `stream`.
        tree: The body.
        sound: Whether the body is JSON that names its model once at most; of any other, the text is what counts.
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
    tree = parse(raw)
    if tree is MISSING:
        tree = lenient.parse(raw.removeprefix(_BYTE_ORDER_MARK))
        return Fields(text(get(tree, "model")), get(tree, "stream"), tree, sound=False)
    model = get(tree, "model")
    if model is not MISSING and raw.count(b'"model"') > 1 and (where := span(raw, b"model")):
        first = parse(raw[where[0] : where[1]])
        if first is not MISSING and first != model:
            return Fields(text(first), get(tree, "stream"), tree, sound=False)
    return Fields(text(model), get(tree, "stream"), tree)
