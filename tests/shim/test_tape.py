import hashlib

from hypothesis import given
from hypothesis import strategies as st

from shim.tape import Conversation, Cut, Tape, digest_of


def test_pieces_keep_their_boundaries_and_times():
    tape = Tape(100.0)
    for piece, at in ((b"one", 100.5), (b"", 100.6), (b"two", 101.0)):
        tape.add(piece, at)
    answer = tape.response(200, (("a", "b"),), complete=False)
    assert (answer.chunks, answer.times, answer.complete) == ((b"one", b"two"), (0.5, 1.0), False)
    assert tape.cut is None


@given(st.lists(st.binary(min_size=1, max_size=30), max_size=10), st.integers(0, 60), st.integers(0, 60))
def test_past_the_limit_only_head_size_and_hash_are_kept(pieces, limit, head):
    tape = Tape(0.0, limit=limit, head=head)
    for piece in pieces:
        tape.add(piece, 1.0)
    whole = b"".join(pieces)
    if len(whole) <= limit:
        assert (tape.body, tape.cut) == (whole, None)
    else:
        assert tape.body == whole[: min(head, limit)]
        assert tape.cut == Cut(len(whole), digest_of(whole))
    assert len(tape.times) == len(tape.chunks)


def test_a_body_goes_by_sixteen_bytes():
    assert digest_of(b"x") == hashlib.blake2b(b"x", digest_size=16).digest()


def test_a_websocket_is_told_as_events_named_after_what_they_answer():
    said = Conversation(10.0)
    said.client('{"n": 1}')
    said.server('{"a": 1}', 11.0)
    said.server('{"a": 2}', 12.0)
    said.client(b'{"n": 2}')
    said.server(b'{"a": 3}', 13.0)
    said.closed(1000, 14.0)
    assert said.request("/v1/responses", ()).frames == ('{"n": 1}', '{"n": 2}')
    answer = said.response(101, ())
    events = [("0", '{"a": 1}'), ("0", '{"a": 2}'), ("1", '{"a": 3}'), ("close", "1000")]
    assert answer.body.decode() == "".join(f"event: {name}\ndata: {data}\n\n" for name, data in events)
    assert answer.times == (1.0, 2.0, 3.0, 4.0)
    assert not answer.complete
