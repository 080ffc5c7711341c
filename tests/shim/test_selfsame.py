"""The legacy against itself: the shipped figures are true, and what differs in structure is not forgiven."""

from pathlib import Path

import orjson
import pytest

from shim import corpusfile
from shim.exchange import Case, Exchange, Request, Response, Run
from shim.judge.noisebook import NoiseBook
from shim.knowledge import SELFSAME, shipped_noise
from shim.selfsame import selfsame, write

GOLDEN = Path(__file__).parents[2] / "recordings" / "golden"


def run(body):
    return Run((Exchange(Request("POST", "/v1/messages", (), b"{}"), Response(200, (), (body,))),))


def case(*bodies):
    return Case("test", "case", {}, {}, tuple(map(run, bodies)))


def test_what_was_recorded_once_says_nothing():
    assert selfsame([case(b'{"a":1}')], NoiseBook()) == {}


def test_a_structure_that_differs_counts_against_the_endpoint():
    figures = selfsame([case(b'{"a":1}', b'{"a":1}'), case(b'{"a":1}', b'{"a":1,"b":2}')], NoiseBook())
    assert figures == {"POST /v1/messages": {"clean": 1, "all": 2}}


def test_noise_is_forgiven_once_it_was_learned():
    noisy = case(b'{"a":"id=7f3a1"}', b'{"a":"id=90bc2"}')
    book = NoiseBook()
    assert selfsame([noisy], book)["POST /v1/messages"]["clean"] == 0
    book.learn([noisy])
    assert selfsame([noisy], book)["POST /v1/messages"]["clean"] == 1


def test_figures_are_read_as_they_were_written(tmp_path):
    file = tmp_path / "selfsame.json"
    figures = {"GET /v1/models": {"clean": 1, "all": 1}, "POST /v1/messages": {"clean": 2, "all": 3}}
    write(file, figures)
    assert orjson.loads(file.read_bytes()) == {"endpoints": figures}


def test_the_shipped_figures_are_of_every_shipped_case_and_none_was_rounded_up():
    figures = orjson.loads(SELFSAME.read_bytes())["endpoints"]
    cases = [c for file in sorted(GOLDEN.glob("core-chat-co*")) for c in corpusfile.read(file)]
    for endpoint, figure in selfsame(cases, NoiseBook.read(shipped_noise())).items():
        assert figures[endpoint]["all"] >= figure["all"], endpoint
        assert figures[endpoint]["all"] - figures[endpoint]["clean"] >= figure["all"] - figure["clean"], endpoint


@pytest.mark.slow
def test_the_shipped_figures_are_those_of_the_shipped_recordings():
    cases = corpusfile.read(GOLDEN)
    assert orjson.loads(SELFSAME.read_bytes())["endpoints"] == selfsame(cases, NoiseBook.read(shipped_noise()))
