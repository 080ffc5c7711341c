"""The quirks of the chat client's pairs, each held to the recording that shows it."""

import gzip
import json
from functools import cache
from importlib import import_module
from pathlib import Path

import orjson
import pytest

from native.providers.gemini_stream import payload_of
from native.turn import Turn

ROOT = Path(__file__).parents[3]
DOCUMENT = (ROOT / "docs" / "quirks-chat.md").read_text()
PAIRS = {name: import_module(f"native.accents.chat_{name}").PAIR for name in ("claude", "gemini", "codex")}
QUIRKS = [pytest.param(name, accent, id=accent.name) for name, pair in PAIRS.items() for accent in pair.accents]
FAULTS = [param for param in QUIRKS if param.values[1].faulty]


@cache
def group(name):
    with gzip.open(ROOT / "recordings" / "golden" / f"{name}.jsonl.gz", "rt") as lines:
        return {told["case"]: told["runs"][0]["exchanges"][0] for line in lines for told in [json.loads(line)]}


def recorded(evidence):
    family, name, case = evidence.split("/")
    return group(f"{family}-{name}").get(f"{name}/{case}")


class Without(Turn):
    """A turn whose dialect leaves out one fault alone, or none."""

    left_out = ""

    def faithful(self, accent):
        return accent.name != self.left_out


def passage(name, exchange, a_turn, left_out):
    """What goes up and what comes down for a recorded exchange: the body, and the answer's chunks."""
    pair = PAIRS[name]
    source = exchange["request"]["body"]["text"].encode()
    body = orjson.loads(source)
    plain = a_turn(original=body, source=source, stream=body.get("stream") is True, requested=body["model"])
    turn = Without(**{field: getattr(plain, field) for field in Turn.__dataclass_fields__})
    turn.left_out = left_out
    asked = orjson.dumps(pair.request(orjson.loads(source), turn))
    answer = "".join(chunk["text"] for chunk in exchange["upstream"][0]["response"]["chunks"])
    if not turn.stream:
        return asked, [pair.whole(answer.encode(), turn)]
    stream = pair.stream(turn)
    lines = [line.encode() for line in answer.splitlines() if line.startswith("data:")]
    if name == "gemini":
        lines = [payload for line in lines if (payload := payload_of(line))]
    return asked, [chunk for line in lines for chunk in stream.feed(line)] + stream.finish()


def trees(chunks):
    """Chunks without what is made up: the time, and the ids of Gemini's calls."""
    told = [json.loads(chunk) for chunk in chunks]
    for chunk in told:
        chunk["created"] = chunk.get("created", 0) and "now"
        for choice in chunk.get("choices", ()):
            said = choice.get("delta") or choice.get("message") or {}
            for call in said.get("tool_calls") or ():
                call["id"] = "made up"
    return told


@pytest.mark.parametrize(("name", "accent"), QUIRKS)
def test_a_quirk_has_a_name_of_its_own_and_evidence_that_is_recorded(name, accent):
    assert sum(accent.name == param.values[1].name for param in QUIRKS) == 1
    assert accent.name.startswith(f"chat-{name}-")
    assert accent.about.endswith(".")
    assert recorded(accent.evidence)


@pytest.mark.parametrize(("name", "accent"), FAULTS)
def test_a_fault_left_out_changes_what_its_evidence_shows(name, accent, a_turn):
    exchange = recorded(accent.evidence)
    assert passage(name, exchange, a_turn, "") != passage(name, exchange, a_turn, accent.name)


@pytest.mark.parametrize(("name", "accent"), QUIRKS)
def test_with_the_quirk_the_client_gets_what_it_got(name, accent, a_turn):
    exchange = recorded(accent.evidence)
    answer = exchange["response"]["body"]["text"]
    got = [line.removeprefix("data: ") for line in answer.splitlines() if line.startswith(("data: {", "{"))]
    assert trees(passage(name, exchange, a_turn, "")[1]) == trees(got)


@pytest.mark.parametrize(("name", "accent"), QUIRKS)
def test_the_documentation_lists_it(name, accent):
    (row,) = [line for line in DOCUMENT.splitlines() if f"`{accent.name}`" in line]
    assert accent.about in row
    assert accent.evidence in row
    assert ("yes" if accent.faulty else "no") in row.rsplit("|", 2)[-2]
    assert f"## {name.title()} upstream" in DOCUMENT
