"""A live exchange is played with the credential that the legacy used, whatever its turn was."""

import dataclasses
from pathlib import Path

import pytest

from shim import corpusfile
from shim.exchange import Run
from shim.judge.judge import judge
from shim.judge.noisebook import NoiseBook
from shim.knowledge import shipped_noise

GOLDEN = Path(__file__).parents[3] / "recordings" / "golden"


def later_exchanges():
    """Each exchange of the rotation cases alone, as it would be recorded live."""
    for case in corpusfile.read(GOLDEN / "edge-rotation.jsonl.gz"):
        for one in case.runs[0].exchanges:
            if one.upstream and one.response.status == 200:
                yield dataclasses.replace(case, runs=(Run((one,)),))


@pytest.mark.parametrize("case", list(later_exchanges())[:12], ids=lambda c: c.name)
def test_an_exchange_from_the_middle_of_a_rotation_is_clean_alone(case):
    assert judge(case, book=NoiseBook.read(shipped_noise())).clean


def test_a_wrong_key_sent_upstream_is_still_found():
    case = next(later_exchanges())
    one = case.runs[0].exchanges[0]
    call = one.upstream[0]
    headers = tuple((k, v.replace("sk-", "xx-")) for k, v in call.request.headers)
    assert headers != call.request.headers
    wrong = dataclasses.replace(call, request=dataclasses.replace(call.request, headers=headers))
    changed = dataclasses.replace(one, upstream=(wrong, *one.upstream[1:]))
    assert judge(dataclasses.replace(case, runs=(Run((changed,)),))).sent == "different"
