import gzip
import zlib

import pytest
import zstandard

from native.providers.claude_inflate import Inflated, UnopenedError
from native.upstream import UpstreamError

TEXT = b'data: {"a":1}\n\n' * 50
PACKED = {"gzip": gzip.compress(TEXT), "zstd": zstandard.ZstdCompressor().compress(TEXT), "plain": TEXT}


class Answer:
    status = 200

    def __init__(self, *pieces, coding=""):
        self.pieces = pieces
        self.headers = [("Content-Encoding", coding)] if coding else []
        self.closed = False

    async def chunks(self):
        for piece in self.pieces:
            yield piece

    async def read(self):
        return b"".join(self.pieces)

    def close(self):
        self.closed = True


async def all_of(answer):
    return b"".join([piece async for piece in Inflated(answer).chunks()])


@pytest.mark.parametrize("kind", PACKED)
@pytest.mark.parametrize("size", [1, 3, 1000])
async def test_a_body_is_told_by_its_first_bytes_however_it_is_cut(kind, size):
    data = PACKED[kind]
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    assert await all_of(Answer(*pieces)) == TEXT
    assert await Inflated(Answer(*pieces)).read() == TEXT


@pytest.mark.parametrize("data", [b"", b"{", b"\x1f", b"da\xffta"])
async def test_short_bodies_pass(data):
    assert await all_of(Answer(*[data] if data else [])) == data


async def test_plain_chunks_pass_as_they_came():
    pieces = [b"data", b": 1\n", b"\n"]
    assert [piece async for piece in Inflated(Answer(*pieces)).chunks()] == pieces


@pytest.mark.parametrize("odd", [b"\x1f\x8bnot gzip at all", PACKED["gzip"][:30], PACKED["zstd"][:-3]])
async def test_a_body_that_only_looks_compressed_or_is_cut_breaks(odd):
    with pytest.raises(UpstreamError):
        await all_of(Answer(odd))
    with pytest.raises(UpstreamError):
        await Inflated(Answer(odd)).read()


async def test_what_an_answer_names_is_undone_and_nothing_is_guessed():
    packed = zlib.compress(TEXT)[2:-4]
    for coding, data, plain in (
        ("deflate", packed, TEXT),
        ("odd, gzip", PACKED["gzip"], TEXT),
        ("odd", b"\x1f\x8b", None),
    ):
        answer = Answer(data[:1], data[1:], coding=coding)
        assert await all_of(answer) == (plain or data)
        assert await Inflated(answer).read() == (plain or data)


@pytest.mark.parametrize(
    ("coding", "data", "said"),
    [
        ("gzip", b"no header", "failed to create gzip reader: gzip: invalid header"),
        ("", b"\x1f\x8bno header", "magic-byte gzip: failed to create reader: gzip: invalid header"),
    ],
)
async def test_gzip_without_its_header_was_never_opened(coding, data, said):
    with pytest.raises(UnopenedError, match=said):
        await Inflated(Answer(data, coding=coding)).read()


def test_letting_go_lets_go_of_the_answer():
    answer = Answer()
    Inflated(answer).close()
    assert answer.closed
