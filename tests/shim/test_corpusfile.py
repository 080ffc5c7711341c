import gzip
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim import corpusfile
from shim.exchange import Case, Exchange, Interaction, Request, Response, Run

GOLDEN = Path(__file__).parents[2] / "recordings" / "golden"

headers = st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=2).map(tuple)
bodies = st.binary(max_size=12)
seconds = st.sampled_from([0.0, 0.5, 2.0])
requests = st.builds(Request, st.text(), st.text(), headers, bodies, st.lists(st.text(), max_size=2).map(tuple))
responses = st.builds(
    Response,
    st.integers(100, 599),
    headers,
    st.lists(st.binary(min_size=1, max_size=8), max_size=3).map(tuple),
    st.lists(st.sampled_from([0.25, 1.5]), max_size=3).map(tuple),
    st.booleans(),
    seconds,
)
calls = st.builds(Interaction, requests, st.none() | responses)
exchanges = st.builds(
    Exchange,
    requests,
    st.none() | responses,
    st.lists(calls, max_size=2).map(tuple),
    seconds,
    seconds,
    st.sampled_from(["", "ambiguous"]),
    st.text(max_size=3),
    st.sampled_from(["legacy", "native", "canary"]),
)
runs = st.builds(
    Run,
    st.lists(exchanges, max_size=2).map(tuple),
    st.lists(calls, max_size=1).map(tuple),
    st.none() | st.just({"config.yaml": "port: 1\n"}),
)
cases = st.builds(
    Case,
    st.text(),
    st.text(),
    st.just({"port": 0}),
    st.just({"a.json": {"type": "claude"}}),
    st.lists(runs, max_size=2).map(tuple),
    st.text(),
    st.text(),
    st.just({"suite": 3}),
)


@given(cases)
def test_a_case_is_the_same_after_it_was_written_and_read(case):
    assert corpusfile.case_from_json(orjson.loads(orjson.dumps(corpusfile.case_to_json(case)))) == case


@pytest.mark.parametrize("file", corpusfile.files(GOLDEN), ids=lambda file: file.name)
def test_every_golden_line_is_written_as_it_was_read(file):
    with gzip.open(file) as lines:
        assert [corpusfile.case_to_json(case) for case in corpusfile.read(file)] == [_tuples(line) for line in lines]


def _tuples(line):
    """The line's JSON with headers as tuples of tuples, as an exchange keeps them."""

    def walk(value):
        if isinstance(value, dict):
            return {
                key: tuple(map(tuple, kept))
                if key == "headers" and isinstance(kept, list)
                else tuple(kept)
                if key == "frames"
                else walk(kept)
                for key, kept in value.items()
            }
        return [walk(item) for item in value] if isinstance(value, list) else value

    value = orjson.loads(line)
    return {**value, "runs": walk(value["runs"])}


def test_equal_cases_give_equal_files(tmp_path):
    case = Case("core", "a/b", {}, {}, ())
    for name in ("one.jsonl.gz", "two.jsonl.gz"):
        assert corpusfile.write(tmp_path / name, [case, case]) == 2
    first, second = ((tmp_path / name).read_bytes() for name in ("one.jsonl.gz", "two.jsonl.gz"))
    assert first[10:].split(b"\0", 1)[1] == second[10:].split(b"\0", 1)[1]


def test_a_folder_is_read_file_by_file_in_order_of_names(tmp_path):
    (tmp_path / "in").mkdir()
    corpusfile.write(tmp_path / "b.jsonl", [Case("core", "second", {}, {}, ())])
    corpusfile.write(tmp_path / "a.jsonl.gz", [Case("core", "first", {}, {}, ())])
    corpusfile.write(tmp_path / "in" / "c.jsonl", [Case("core", "third", {}, {}, ())])
    (tmp_path / "notes.txt").write_text("no corpus")
    assert [case.name for case in corpusfile.read(tmp_path)] == ["first", "second", "third"]


@pytest.mark.parametrize("line", ['{"family": "core"}', "[]", "{", '{"family":"a","case":"b","fixture":3,"runs":[]}'])
def test_a_line_that_is_no_case_is_named(tmp_path, line):
    good = orjson.dumps(corpusfile.case_to_json(Case("core", "a", {}, {}, ()))).decode()
    (tmp_path / "bad.jsonl").write_text(f"{good}\n{line}\n")
    with pytest.raises(corpusfile.CorpusError, match=r"bad\.jsonl, line 2: "):
        list(corpusfile.read(tmp_path / "bad.jsonl"))


def test_a_file_cut_short_is_named(tmp_path):
    whole = tmp_path / "whole.jsonl.gz"
    corpusfile.write(whole, [Case("core", str(number), {}, {}, ()) for number in range(99)])
    (tmp_path / "cut.jsonl.gz").write_bytes(whole.read_bytes()[:-20])
    with pytest.raises(corpusfile.CorpusError, match=r"cut\.jsonl\.gz"):
        list(corpusfile.read(tmp_path / "cut.jsonl.gz"))


def test_bytes_that_are_no_text_keep_their_value():
    assert corpusfile.decode(corpusfile.encode(b"\xff\0")) == b"\xff\0"
    assert corpusfile.encode("é".encode()) == {"text": "é"}
