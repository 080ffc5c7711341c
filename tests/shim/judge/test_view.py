"""A run is read whole: nothing that matters is left out, nothing by chance is kept."""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from build import a_call, a_run, a_stream, an_answer, an_exchange

from shim.exchange import Request
from shim.judge import view


def test_events_keep_name_data_and_every_other_line():
    text = 'event: a\ndata: {"n": 1}\n\n: keep-alive\n\ndata: one\ndata: two\nid: 7\n\n'
    assert view.events(text) == [
        {"event": "a", "data": {"n": 1}, "other": []},
        {"event": None, "data": "", "other": [": keep-alive"]},
        {"event": None, "data": "one\ntwo", "other": ["id: 7"]},
    ]


@given(st.text())
def test_events_are_read_from_anything(text):
    view.events(text)


def test_headers_of_a_hop_are_left_out_and_doubled_ones_kept_in_order():
    pairs = (("Date", "x"), ("X-A", "1"), ("x-a", "2"), ("Content-Length", "3"))
    assert view.headers(pairs) == {"x-a": ["1", "2"]}


@pytest.mark.parametrize("value", [2**80, "\ud800", 1e400])
def test_json_beyond_64_bits_is_read(value):
    import json

    assert view.tree(json.dumps([value])) == [value]


def test_json_nested_deeper_than_anybody_reads_is_text():
    deep = "[" * 20_000 + "]" * 20_000
    assert view.tree(deep) == deep


def test_a_model_list_is_a_set():
    one, two = {"data": [{"id": "a"}, {"id": "b"}]}, {"data": [{"id": "b"}, {"id": "a"}]}
    assert view.settled(one) == view.settled(two)


def test_calls_on_the_providers_own_account_are_no_part_of_an_exchange():
    calls = (a_call(url="https://api.github.com/copilot_internal/v2/token"), a_call())
    assert len(view.foreground(calls)) == 1


def test_a_body_that_is_no_text_is_compared_byte_for_byte():
    assert view.decoded(b"\xff\x00") == "base64:/wA="


def test_a_stream_is_known_by_its_type_or_its_look():
    assert "sse" in view.response(a_stream({"a": 1}))
    assert "sse" in view.response(an_answer(text="data: 1\n\n", headers=()))
    assert "json" in view.response(an_answer({"a": 1}))
    assert view.run(a_run(an_exchange()))["exchanges"][0]["upstream"] == []


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("https://a.test:443/x:443", "https://a.test/x:443"),
        ("http://a.test:80", "http://a.test"),
        ("https://a.test:80/x", "https://a.test:80/x"),
        ("ws://a.test:443/x", "ws://a.test:443/x"),
    ],
)
def test_a_port_that_is_meant_anyway_is_no_difference(url, seen):
    assert view.request(Request("GET", url))["url"] == seen
