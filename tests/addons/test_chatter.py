"""A WebSocket's messages are read beside the way, whatever its bytes are."""

from hypothesis import given
from hypothesis import strategies as st
from wsproto import ConnectionType
from wsproto.connection import Connection
from wsproto.events import BytesMessage, CloseConnection, Ping, TextMessage

from addons.chatter import Chatter
from shim.tape import Conversation


def a_chatter(extensions=""):
    return Chatter(Conversation(0.0), extensions)


def said(chatter):
    return chatter.conversation.tape.body.decode()


def test_messages_are_told_with_the_number_of_what_they_answer():
    chatter = a_chatter()
    client, server = Connection(ConnectionType.CLIENT), Connection(ConnectionType.SERVER)
    chatter.hear(client.send(TextMessage("one")), 1.0, by_client=True)
    chatter.hear(server.send(TextMessage("a")) + server.send(BytesMessage(b"b")), 2.0, by_client=False)
    chatter.hear(client.send(TextMessage("two")) + client.send(Ping(b"x")), 3.0, by_client=True)
    chatter.hear(server.send(TextMessage("c")), 4.0, by_client=False)
    assert chatter.conversation.frames == ["one", "two"]
    assert said(chatter) == "event: 0\ndata: a\n\nevent: 0\ndata: b\n\nevent: 1\ndata: c\n\n"
    assert chatter.conversation.tape.times == [2.0, 2.0, 4.0]
    assert chatter.last == 4.0


def test_who_closes_first_counts():
    for by_client, code in ((True, None), (False, 1008)):
        chatter = a_chatter()
        kind = ConnectionType.CLIENT if by_client else ConnectionType.SERVER
        chatter.hear(Connection(kind).send(CloseConnection(1008)), 1.0, by_client=by_client)
        chatter.end(2.0)
        assert said(chatter) == ("" if code is None else f"event: close\ndata: {code}\n\n")
        assert chatter.conversation.complete is by_client


def test_an_end_without_a_word_is_a_break():
    chatter = a_chatter()
    chatter.end(1.0)
    assert said(chatter) == "event: close\ndata: 1006\n\n"


def test_an_extension_that_nobody_knows_is_no_reason_to_fail():
    chatter = a_chatter("x-unknown; a=1, permessage-deflate; client_no_context_takeover")
    chatter.end(1.0)


@given(
    st.lists(st.tuples(st.binary(max_size=40), st.booleans()), max_size=8), st.sampled_from(["", "permessage-deflate"])
)
def test_bytes_that_are_no_frames_never_raise(reads, extensions):
    chatter = a_chatter(extensions)
    for data, by_client in reads:
        chatter.hear(data, 1.0, by_client=by_client)
    chatter.end(2.0)
