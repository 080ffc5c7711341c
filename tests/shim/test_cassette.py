import http.client
from pathlib import Path

import pytest
import vcr
from hypothesis import given, settings
from hypothesis import strategies as st

from shim import cassette, corpusfile
from shim.exchange import Interaction, Request, Response

GOLDEN = Path(__file__).parents[2] / "recordings" / "golden"

names = st.text("abcXYZ-", min_size=1, max_size=6)
values = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=10)
headers = st.dictionaries(names, values, max_size=3).map(lambda found: tuple(found.items()))
bodies = st.binary(max_size=20) | values.map(str.encode)
requests = st.builds(
    Request, st.sampled_from(["GET", "POST"]), st.just("https://x.example.test/a?b=c"), headers, bodies
)
chunks = st.lists(st.binary(max_size=8), max_size=3).map(tuple)
times = st.lists(st.sampled_from([0.25, 1.5]), max_size=2).map(tuple)
responses = st.builds(
    Response, st.integers(200, 599), headers, chunks, times, st.booleans(), st.sampled_from([0.0, 1.6])
)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.builds(Interaction, requests, responses), max_size=3))
def test_what_is_written_is_read(tmp_path_factory, calls):
    path = tmp_path_factory.mktemp("cassettes") / "c.yaml"
    assert cassette.write(path, calls) == len(calls)
    assert list(cassette.read(path)) == calls


def golden_calls(name):
    return [
        call
        for case in corpusfile.read(GOLDEN / name)
        for exchange in case.runs[0].exchanges
        for call in exchange.upstream
    ]


@pytest.mark.parametrize("name", ["core-chat-compat.jsonl.gz", "oauth-claude-kiro.jsonl.gz"])
def test_vcrpy_plays_what_providers_answered(tmp_path, name):
    calls = [call for call in golden_calls(name) if call.response.complete][:5]
    path = tmp_path / "c.yaml"
    cassette.write(path, calls)
    with vcr.use_cassette(str(path), record_mode="none", match_on=["method", "uri", "body"]) as played:
        for call in calls:
            host, _, rest = call.request.url.removeprefix("https://").partition("/")
            connection = http.client.HTTPSConnection(host)
            connection.request(call.request.method, f"/{rest}", call.request.body or None, dict(call.request.headers))
            answer = connection.getresponse()
            assert (answer.status, answer.read()) == (call.response.status, call.response.body)
            connection.close()
        assert played.all_played


def test_vcrpy_finds_no_answer_for_another_body(tmp_path):
    call = golden_calls("core-chat-compat.jsonl.gz")[0]
    path = tmp_path / "c.yaml"
    cassette.write(path, [call])
    with vcr.use_cassette(str(path), record_mode="none", match_on=["method", "uri", "body"]):
        connection = http.client.HTTPSConnection("compat.example.test")
        connection.request("POST", "/v1/chat/completions", b"{}")
        with pytest.raises(vcr.errors.CannotOverwriteExistingCassetteException):
            connection.getresponse()


def test_a_cassette_that_vcrpy_wrote_is_read(tmp_path):
    path = tmp_path / "c.yaml"
    path.write_text(
        "interactions:\n"
        "- request: {body: '{}', headers: {Accept: ['*/*']}, method: POST, uri: 'https://x.example.test/'}\n"
        "  response: {body: {string: !!binary aGVsbG8=}, headers: {A: [b, c]}, status: {code: 201, message: Created}}\n"
        "version: 1\n"
    )
    sent = Request("POST", "https://x.example.test/", (("Accept", "*/*"),), b"{}")
    assert list(cassette.read(path)) == [Interaction(sent, Response(201, (("A", "b"), ("A", "c")), (b"hello",)))]


def test_a_call_without_an_answer_is_left_out(tmp_path):
    assert cassette.write(tmp_path / "c.yaml", [Interaction(Request("GET", "https://x.example.test/"), None)]) == 0


@pytest.mark.parametrize("text", ["", "- a", "interactions: [1]", "interactions: [{request: {}}]", "a: [b", "{"])
def test_what_is_no_cassette_is_named(tmp_path, text):
    path = tmp_path / "c.yaml"
    path.write_text(text)
    with pytest.raises(cassette.CassetteError, match=r"c\.yaml is no cassette"):
        list(cassette.read(path))
