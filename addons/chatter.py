"""Reading a WebSocket's bytes beside the way: messages for the record, while the bytes themselves pass untouched.

Everything that knows how WebSocket frames are read lives here. Law: what cannot be read ends the reading, never the
connection, and the conversation then counts as broken off.
"""

import wsproto.events
import wsproto.utilities
from wsproto import ConnectionType
from wsproto.connection import Connection
from wsproto.extensions import Extension, PerMessageDeflate

from shim.tape import Conversation


class Chatter:
    """Both directions of one WebSocket.

    Args:
        conversation: Takes the messages.
        extensions: The `Sec-WebSocket-Extensions` that the server agreed to.

    Attributes:
        last: When anything was last said.
    """

    def __init__(self, conversation: Conversation, extensions: str) -> None:
        self.conversation = conversation
        # What the client sends is read as a server would, and the other way round.
        self._client = Connection(ConnectionType.SERVER, _agreed(extensions))
        self._server = Connection(ConnectionType.CLIENT, _agreed(extensions))
        self._parts: dict[bool, list[str | bytes]] = {True: [], False: []}
        self._closed = self._lost = False
        self.last = conversation.began

    def hear(self, data: bytes, at: float, *, by_client: bool) -> None:
        """Take bytes that one of them sent."""
        self.last = at
        if self._lost:
            return
        reader = self._client if by_client else self._server
        try:
            reader.receive_data(data)
            for event in reader.events():
                self._take(event, at, by_client=by_client)
        except (wsproto.utilities.ProtocolError, ValueError):
            self._lost, self.conversation.complete = True, False

    def end(self, at: float) -> None:
        """The connection is over."""
        if not self._closed:
            self.conversation.closed(None, at)

    def _take(self, event: wsproto.events.Event, at: float, *, by_client: bool) -> None:
        if isinstance(event, wsproto.events.Message):
            parts = self._parts[by_client]
            parts.append(event.data if isinstance(event.data, str) else bytes(event.data))
            if event.message_finished:
                whole = parts[0][:0].join(parts)  # type: ignore[arg-type]  # all of a message are of one kind
                parts.clear()
                if by_client:
                    self.conversation.client(whole)
                else:
                    self.conversation.server(whole, at)
        elif isinstance(event, wsproto.events.CloseConnection) and not self._closed:
            self._closed = True
            if not by_client:
                self.conversation.closed(int(event.code), at)


def _agreed(extensions: str) -> list[Extension]:
    found: list[Extension] = []
    for offer in wsproto.utilities.split_comma_header(extensions.encode("latin-1", "replace")):
        if offer.split(";", 1)[0].strip() == PerMessageDeflate.name:
            deflate = PerMessageDeflate()
            deflate.finalize(offer)
            found.append(deflate)
    return found
