"""Claude clients on Claude: everything passes as it is, but for the model's name.

Law: the body is shared with the client's original, so whoever edits it later builds anew what changes.
"""

from native.turn import Json, Pair, Stream, Turn


class _Lines:
    """Lines as they come, each with its end."""

    __slots__ = ()

    def feed(self, line: bytes) -> list[bytes]:
        """Pass a line on."""
        return [line + b"\n"]

    def finish(self) -> list[bytes]:
        """Nothing is owed."""
        return []


def _request(body: Json, turn: Turn) -> Json:
    turn.original = body
    return body if body.get("model") == turn.model else {**body, "model": turn.model}


def _whole(answer: bytes, _turn: Turn) -> bytes:
    return answer


def _stream(_turn: Turn) -> Stream:
    return _Lines()


PAIR = Pair(client="claude", upstream="claude", request=_request, whole=_whole, stream=_stream, seeking=True)
