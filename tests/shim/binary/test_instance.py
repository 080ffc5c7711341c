"""A process of a build: on a copy of the state, reaching nobody, gone with all it wrote; providers are played to it."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from shim.binary.instance import BinaryError, Instance, Script
from shim.exchange import Exchange, Interaction, Request, Response, Run
from tests.shim.binary.stand_in import a_binary, a_case, an_exchange

URL = "https://up.test/v1"
BACKGROUND = "https://api.githubcopilot.com/models"


def a_call(status=200, url=URL, headers=(), method="POST"):
    return Interaction(Request(method, url, headers), Response(status))


def a_script(*calls, background=()):
    script = Script()
    exchanges = (Exchange(Request("GET", "/"), None, tuple(background)),)
    script.open(Run(exchanges))
    script.load(calls)
    return script


def statuses(script, *requests):
    answers = [script.answer(request) for request in requests]
    return [answer and answer.status for answer in answers]


def test_each_recorded_answer_is_given_once_in_its_order():
    asked = Request("POST", URL + "?key=another")
    assert statuses(a_script(a_call(500), a_call(200)), asked, asked, asked) == [500, 200, None]


def test_another_method_or_place_was_never_asked():
    script = a_script(a_call())
    assert statuses(script, Request("GET", URL), Request("POST", f"{URL}/more")) == [None, None]


def test_what_is_asked_in_the_background_is_answered_as_often_as_it_is_asked():
    script = a_script(a_call(), background=[a_call(201, BACKGROUND, method="GET")])
    asked = Request("GET", BACKGROUND)
    assert statuses(script, asked, Request("POST", URL), asked) == [201, 200, 201]


def test_what_was_asked_is_kept_for_one_exchange():
    script = a_script(a_call())
    statuses(script, Request("POST", URL), Request("POST", URL))
    assert [call.response is None for call in script.asked] == [False, True]
    script.load([])
    assert script.asked == []


def test_a_provider_is_spoken_to_in_tls_where_it_was_or_at_its_own_port():
    script = a_script(a_call(url="https://up.test:8443/v1"), a_call(url="http://plain.test:8080/v1"))
    assert [script.secure(*where) for where in (("up.test", 8443), ("plain.test", 8080), ("any.test", 443))] == [
        True,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("sent", "recorded", "kept"),
    [
        ("Go-http-client/1.1", "Go-http-client/2.0", "Go-http-client/2.0"),
        ("Go-http-client/1.1", "claude-cli/2", "Go-http-client/2.0"),
        ("claude-cli/2", "Go-http-client/2.0", "claude-cli/2"),
    ],
)
def test_the_version_of_http_in_gos_own_name_is_the_recorded_one(sent, recorded, kept):
    script = a_script(a_call(headers=(("User-Agent", recorded),)))
    script.answer(Request("POST", URL, (("user-agent", sent),)))
    assert script.asked[0].request.headers == (("user-agent", kept),)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One authority for all: making its key takes a while."""
    return tmp_path_factory.mktemp("binary")


@pytest.fixture
async def instance(folder):
    found = Instance(a_binary(folder), folder, settle=0)
    yield found
    await found.end()


async def test_it_answers_as_recorded_and_is_seen_on_all_four_sides(instance):
    case = a_case(an_exchange("hi"))
    await instance.start(case)
    done = await instance.ask(case.runs[0].exchanges[0])
    assert orjson.loads(done.response.body) == {"text": "hello"}
    assert [call.request.url for call in done.upstream] == [URL]


async def test_what_it_leaves_behind_is_told_with_the_recordings_marks(instance):
    case = replace(a_case(), auth_files={"mine.json": {"type": "claude"}})
    await instance.start(case)
    left = instance.left_behind()
    assert left["auth_files"] == {"mine.json": '{"type": "claude"}'}
    marked = instance.masked(Run((), state_after=left)).state_after["config.yaml"]
    assert "$WORK/auth" in marked
    assert "127.0.0.1:" not in marked


async def test_its_end_takes_its_folder_along_and_nobody_elses(folder):
    instance, other = (Instance(a_binary(folder), folder, settle=0) for _ in range(2))
    await instance.start(a_case())
    await instance.end()
    assert not instance._work.exists()
    assert other._work.exists()
    await other.end()


async def test_one_that_breaks_off_says_so(folder):
    program = folder / "breaks-off"
    program.write_text(
        f"#!{sys.executable}\n"
        "import re, socket, sys\n"
        "port = int(re.search(r'^port: (\\d+)', open(sys.argv[2]).read(), re.M)[1])\n"
        "listening = socket.create_server(('127.0.0.1', port))\n"
        "while True:\n"
        "    listening.accept()[0].close()\n"
    )
    program.chmod(0o700)
    instance = Instance(program, folder, settle=0)
    case = a_case()
    await instance.start(case)
    with pytest.raises(BinaryError, match="it broke off"):
        await instance.ask(case.runs[0].exchanges[0])
    await instance.end()


async def test_it_is_told_of_the_proxy_that_plays_and_of_nothing_of_ours(folder, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://work:1")
    monkeypatch.setenv("MY_SECRET", "mine")
    program = folder / "tells"
    program.write_text("#!/bin/sh\nenv >&2\nexit 1\n")
    program.chmod(0o700)
    instance = Instance(program, folder, settle=0)
    with pytest.raises(BinaryError) as failed:
        await instance.start(a_case())
    log = await asyncio.to_thread(Path(instance._work, "log").read_text)
    await instance.end()
    assert "did not start" in str(failed.value)
    assert "HTTPS_PROXY=http://127.0.0.1:" in log
    assert "MY_SECRET" not in log
    assert f"HOME={instance._work}" in log
