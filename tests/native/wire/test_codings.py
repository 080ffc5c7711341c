import gzip
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from native.wire.codings import decoder_for


def bare(data):
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflater.compress(data) + deflater.flush()


CODERS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    " Deflate ": bare,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "gzip, br": lambda data: brotli.compress(gzip.compress(data)),
    "identity, gzip": gzip.compress,
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


@pytest.mark.parametrize("coding", ["gzip", "zstd", "deflate"])
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


@pytest.mark.parametrize("coding", ["", "identity", "snappy", "gzip, odd"])
def test_what_nobody_knows_is_left_alone(coding):
    assert decoder_for(coding) is None
