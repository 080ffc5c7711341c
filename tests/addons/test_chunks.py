"""Chunks are followed however they are cut, and never touched."""

from hypothesis import given
from hypothesis import strategies as st

from addons.chunks import ChunkScanner


def framed(parts, *, extension=b"", trailers=b""):
    pieces = (b"%X%s\r\n%s\r\n" % (len(part), extension, part) for part in parts if part)
    return b"".join(pieces) + b"0\r\n" + trailers + b"\r\n"


@given(
    st.lists(st.binary(max_size=40), max_size=6),
    st.lists(st.integers(0, 300), max_size=8),
    st.sampled_from([b"", b";a=b", b' ; q="x"']),
    st.sampled_from([b"", b"X-End: 1\r\n", b"A: 1\r\nB: 2\r\n"]),
    st.binary(max_size=10),
)
def test_contents_and_end_are_found_wherever_reads_cut_them(parts, cuts, extension, trailers, beyond):
    body = framed(parts, extension=extension, trailers=trailers)
    data = body + beyond
    kept, at, end = [], 0, None
    scanner = ChunkScanner(kept.append)
    for stop in [*sorted(cut for cut in cuts if cut < len(data)), len(data)]:
        found = scanner.feed(data[at:stop])
        if found >= 0:
            end = at + found
            break
        at = stop
    assert end == len(body)
    assert b"".join(kept) == b"".join(parts)
    assert not scanner.broken


@given(st.lists(st.binary(max_size=60), max_size=10))
def test_nonsense_never_raises(reads):
    scanner = ChunkScanner(lambda _: None)
    for data in reads:
        scanner.feed(data)


def test_what_makes_no_sense_is_passed_on_to_the_end():
    kept = []
    scanner = ChunkScanner(kept.append)
    assert scanner.feed(b"hello\r\nmore") == -1
    assert scanner.broken
    assert scanner.feed(b"0\r\n\r\n") == -1
    assert b"".join(kept) == b"more0\r\n\r\n"


def test_a_size_line_without_end_is_given_up():
    scanner = ChunkScanner(lambda _: None)
    for _ in range(200):
        scanner.feed(b"1" * 100)
    assert scanner.broken
