import gzip
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from native.wire.codings import decoder_for, in_transit


def bare(data):
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflater.compress(data) + deflater.flush()


CODERS = {
    "gzip": gzip.compress,
    " Deflate ": bare,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "identity, odd, GZIP, br": gzip.compress,
}
TEXT = b"data: something said twice, something said twice\n" * 9


def undone(coding, pieces):
    decoder = decoder_for(coding)
    return b"".join(decoder.feed(piece) for piece in pieces) + decoder.finish()


def cut(data, size):
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize("coding", CODERS)
@given(data=st.binary(max_size=200), size=st.integers(1, 50))
def test_a_coding_is_undone_however_it_is_cut(coding, data, size):
    assert undone(coding, cut(CODERS[coding](data), size)) == data


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_members_in_a_row_are_one_body(coding):
    packed = CODERS[coding](b"one ") + CODERS[coding](b"two")
    assert undone(coding, [packed]) == b"one two"
    assert undone(coding, cut(packed, 3)) == b"one two"


@pytest.mark.parametrize("coding", CODERS)
def test_a_body_that_ends_too_early_is_broken(coding):
    with pytest.raises(ValueError, match="unexpected EOF"):
        undone(coding, [CODERS[coding](TEXT)[:-6]])


@pytest.mark.parametrize("coding", CODERS)
def test_a_body_that_is_no_such_coding_is_broken(coding):
    with pytest.raises(ValueError, match=r"\S"):
        undone(coding, [b"\xffnothing of the kind"])


@pytest.mark.parametrize("coding", CODERS)
def test_an_empty_body_is_empty(coding):
    assert undone(coding, []) == b""


@pytest.mark.parametrize("coding", ["", "identity", "snappy", "x-gzip"])
def test_what_nobody_knows_is_left_alone(coding):
    assert decoder_for(coding) is None


def test_deflate_in_its_wrapper_is_not_read():
    with pytest.raises(ValueError, match=r"^flate: corrupt input before offset 5$"):
        undone("deflate", cut(zlib.compress(TEXT), 7))
    with pytest.raises(ValueError, match=r"^flate: corrupt input before offset 1$"):
        undone("deflate", [b"\x07odd"])


def test_gzip_that_nobody_asked_for_is_undone_on_the_way_and_no_longer_spoken_of():
    said = [("Content-Encoding", "GZip"), ("Content-Length", "9"), ("X-A", "1")]
    headers, decoder = in_transit([("X-B", "2")], said)
    assert headers == [("X-A", "1")]
    assert decoder.feed(gzip.compress(b"hello")) + decoder.finish() == b"hello"


@pytest.mark.parametrize(
    ("asked", "coding"),
    [([("accept-encoding", "gzip")], "gzip"), ([], "deflate"), ([], "br"), ([], "zstd"), ([], "gzip, br"), ([], "")],
)
def test_all_else_comes_as_it_is(asked, coding):
    said = [("Content-Encoding", coding)] if coding else []
    assert in_transit(asked, said) == (said, None)
