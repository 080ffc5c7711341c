"""Recorded bodies and streams to start from, and the ways in which they are spoilt."""

from functools import cache
from pathlib import Path

from shim import corpusfile

GOLDEN = Path(__file__).parents[2] / "recordings" / "golden"


@cache
def seeds():
    """(client bodies, provider answers) of the golden recordings, each once."""
    bodies, answers = {}, {}
    for file in sorted(GOLDEN.glob("core-*.jsonl.gz")):
        for case in list(corpusfile.read(file))[::4]:
            for one in case.runs[0].exchanges:
                bodies[one.request.body] = None
                for call in one.upstream:
                    if call.response is not None:
                        answers[call.response.body] = None
    return tuple(b for b in bodies if b), tuple(a for a in answers if a)


def spoilt(data, choose):
    """One recorded text, truncated, doubled, with bytes changed, or with a value swapped for another kind.

    Args:
        data: Bytes.
        choose: (low, high) -> an integer between, so that a fuzzer decides.
    """
    kind = choose(0, 6)
    at = choose(0, max(0, len(data) - 1))
    end = min(len(data), at + choose(1, 40))
    if kind == 0:
        return data[:at]
    if kind == 1:
        return data[:at] + data[end:]
    if kind == 2:
        return data[:end] + data[at:]
    if kind == 3:
        return data[:at] + bytes([choose(0, 255)]) + data[at + 1 :]
    swaps = ((b'"', b""), (b":", b":null,"), (b"{", b"["), (b'"text"', b'"type"'), (b"true", b'"true"'), (b"[", b"{}"))
    old, new = swaps[choose(0, len(swaps) - 1)]
    found = data.find(old, at)
    if kind in {4, 5} and found >= 0:
        return data[:found] + new + data[found + len(old) :]
    return data.replace(b"\n\n", b"\r\n\r\n", choose(1, 5))
