"""Noise learned from some recordings serves others, at its place and in its form only."""

import dataclasses
from pathlib import Path

import pytest

from shim import corpusfile
from shim.judge.compare import compare
from shim.judge.noisebook import NoiseBook, NoiseError, template_of, written

GOLDEN = Path(__file__).parents[3] / "recordings" / "golden"
PLACE = ("exchanges", 0, "upstream", 0, "json", "system", 0, "text")
ENDPOINT = "POST /v1/messages"


def a_book(*values):
    return NoiseBook({(ENDPOINT, "exchanges[*].upstream[*].json.system[*].text"): [template_of(values)]})


def test_what_was_learned_on_half_of_the_recordings_makes_the_other_half_clean():
    cases = [c for c in corpusfile.read(GOLDEN) if len(c.runs) > 1 and c.family == "core"]
    book = NoiseBook()
    book.learn(cases[::2])
    unclean = [
        c.full_name
        for c in cases[1::2]
        if not compare(dataclasses.replace(c, runs=c.runs[:1]), c.runs[1], book=book).clean
    ]
    assert unclean == []


def test_a_value_of_the_learned_form_is_forgiven_and_counted():
    book = a_book("v=1; cch=0a1b2;", "v=1; cch=ff00c;")
    assert book.forgives(ENDPOINT, PLACE, "v=1; cch=12345;", "v=1; cch=abcde;")
    assert sum(book.hits.values()) == 1


def test_the_same_part_may_be_another_than_when_it_was_learned():
    assert a_book("v=1; cch=0a1b2;", "v=1; cch=ff00c;").forgives(ENDPOINT, PLACE, "v=2; cch=12345;", "v=2; cch=abcde;")


@pytest.mark.parametrize(
    "native",
    ["v=2; cch=abcde;", "v=1; cch=abcdef;", "v=1; cch=xyzxy;", "v=1; cch=abcde; more", "v=1; dch=abcde;"],
)
def test_a_value_of_another_form_is_not(native):
    assert not a_book("v=1; cch=0a1b2;", "v=1; cch=ff00c;").forgives(ENDPOINT, PLACE, "v=1; cch=12345;", native)


def test_it_holds_at_its_endpoint_and_place_only():
    book = a_book("cch=0a1b2;", "cch=ff00c;")
    assert not book.forgives("POST /v1/responses", PLACE, "cch=12345;", "cch=abcde;")
    assert not book.forgives(ENDPOINT, (*PLACE[:-1], "other"), "cch=12345;", "cch=abcde;")


def test_a_book_is_read_as_it_was_written(tmp_path):
    book = a_book("id=a-0a1b2;", "id=a-ff00c;")
    book.write(tmp_path / "noise.json")
    assert NoiseBook.read(tmp_path / "noise.json").rules == book.rules


def test_a_broken_book_says_so(tmp_path):
    (tmp_path / "noise.json").write_text('[{"endpoint": 1}]')
    with pytest.raises(NoiseError, match="no file of learned noise"):
        NoiseBook.read(tmp_path / "noise.json")


def test_templates_are_readable():
    assert written(template_of(["cch=0a1b2;", "cch=ff00c;"])) == "cch=<5 hex>;"
