"""A chat client in front of an OpenAI-compatible provider: one protocol on both sides.

Law: the body and the answer pass; only the model's name is put in, and a stream's lines lose their `data:`, which the
endpoint writes again.
"""

from typing import Final, final

from native.turn import Json, Pair, Turn

_DATA: Final = b"data:"


def request(body: Json, turn: Turn) -> Json:
    """The client's body with the model's name as the provider knows it."""
    body["model"] = turn.model
    return body


def whole(data: bytes, _turn: Turn) -> bytes:
    """The provider's answer as it is."""
    return data


@final
class ChatStream:
    """The provider's chunks, one a line."""

    __slots__ = ()

    def feed(self, line: bytes) -> list[bytes]:
        """Give the line's JSON, whatever it is; nothing for `[DONE]`."""
        if line.startswith(_DATA):
            line = line[5:].strip()
        return [] if line == b"[DONE]" else [line]

    def finish(self) -> list[bytes]:
        """Nothing is owed."""
        return []


def stream(_turn: Turn) -> ChatStream:
    """A new stream."""
    return ChatStream()


PAIR = Pair(client="openai", upstream="openai", request=request, whole=whole, stream=stream, seeking=True, passing=True)
