import gzip
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from shim.redact.coding import CodingError, codings_of, decoded, encoded

KNOWN = ["gzip", "deflate", "br", "zstd"]


@given(st.binary(), st.lists(st.sampled_from(KNOWN), max_size=2))
def test_what_is_encoded_is_decoded(body, codings):
    assert decoded(encoded(body, tuple(codings)), tuple(codings)) == body


def test_codings_are_read_in_the_order_they_were_applied():
    assert codings_of((("Content-Encoding", "br, identity"), ("content-encoding", "GZIP"))) == ("br", "gzip")
    assert codings_of((("Content-Type", "text/plain"),)) == ()


@pytest.mark.parametrize(
    ("coding", "whole"),
    [
        ("gzip", gzip.compress(b"hello " * 1000)),
        ("deflate", zlib.compress(b"hello " * 1000)),
        ("br", brotli.compress(b"hello " * 1000)),
        ("zstd", zstandard.ZstdCompressor().compress(b"hello " * 1000)),
    ],
)
def test_a_body_cut_short_is_decoded_as_far_as_it_goes(coding, whole):
    assert (b"hello " * 1000).startswith(decoded(whole[:-3], (coding,)))


@pytest.mark.parametrize("coding", KNOWN)
def test_a_body_that_is_not_what_it_says_is_refused(coding):
    with pytest.raises(CodingError, match=coding):
        decoded(b"\xffthis is none of them", (coding,))


def test_a_coding_nobody_knows_is_refused():
    with pytest.raises(CodingError, match="'aws-chunked'"):
        decoded(b"x", ("aws-chunked",))


def test_an_empty_body_is_empty_in_any_known_coding():
    assert decoded(b"", ("gzip",)) == b""
