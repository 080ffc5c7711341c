"""The quirks of the Claude client's pairs, each held to the recording that shows it."""

import gzip
import json
from importlib import import_module
from pathlib import Path

import orjson
import pytest

from native.turn import Turn
from native.wire.loose import raw

GOLDEN = Path(__file__).parents[3] / "recordings" / "golden"
PAIRS = {name: import_module(f"native.accents.claude_{name}").PAIR for name in ("openai", "codex", "gemini")}
QUIRKS = [pytest.param(name, accent, id=accent.name) for name, pair in PAIRS.items() for accent in pair.accents]
FAULTS = [param for param in QUIRKS if param.values[1].faulty]


def recorded(evidence):
    family, group, case = evidence.split("/")
    with gzip.open(GOLDEN / f"{family}-{group}.jsonl.gz", "rt") as lines:
        found = [told for line in lines if (told := json.loads(line))["case"] == f"{group}/{case}"]
    return found[0]["runs"][0]["exchanges"][0] if found else None


class Without(Turn):
    """A turn whose dialect leaves out one fault alone, or none."""

    left_out = ""

    def faithful(self, accent):
        return accent.name != self.left_out


def passage(name, exchange, a_turn, left_out):
    """What goes up and what comes down for a recorded exchange: the body, and the answer's bytes."""
    pair = PAIRS[name]
    source = exchange["request"]["body"]["text"].encode()
    plain = a_turn(original=orjson.loads(source), source=source, stream=b'"stream": true' in source)
    turn = Without(**{field: getattr(plain, field) for field in Turn.__dataclass_fields__})
    turn.left_out = left_out
    asked = raw(pair.request(orjson.loads(source), turn))
    answer = "".join(chunk["text"] for chunk in exchange["upstream"][0]["response"]["chunks"])
    lines = [line for line in answer.splitlines() if line.startswith("data:")]
    if not turn.stream:
        whole = [line[5:] for line in lines if "response.completed" in line] if name == "codex" else [answer]
        return asked, pair.whole(whole[0].encode(), turn)
    stream = pair.stream(turn)
    ends = ["[DONE]"] if name == "gemini" else []
    chunks = [chunk for line in lines + ends for chunk in stream.feed(line.encode())]
    return asked, b"".join(chunks + stream.finish())


@pytest.mark.parametrize(("name", "accent"), QUIRKS)
def test_a_quirk_has_a_name_of_its_own_and_evidence_that_is_recorded(name, accent):
    assert sum(accent.name == param.values[1].name for param in QUIRKS) == 1
    assert accent.name.startswith(f"claude-{name}-")
    assert accent.about.endswith(".")
    assert recorded(accent.evidence)


@pytest.mark.parametrize(("name", "accent"), FAULTS)
def test_a_fault_left_out_changes_what_its_evidence_shows(name, accent, a_turn):
    exchange = recorded(accent.evidence)
    assert passage(name, exchange, a_turn, "") != passage(name, exchange, a_turn, accent.name)


@pytest.mark.parametrize(("name", "accent"), FAULTS)
def test_with_the_fault_the_client_gets_what_it_got(name, accent, a_turn):
    exchange = recorded(accent.evidence)
    _, answer = passage(name, exchange, a_turn, "")
    assert trees(answer.decode()) == trees(exchange["response"]["body"]["text"])


def trees(answer):
    return [json.loads(line.removeprefix("data: ")) for line in answer.splitlines() if line.startswith(("data: ", "{"))]


@pytest.mark.parametrize(("name", "accent"), QUIRKS)
def test_the_documentation_lists_it(name, accent):
    told = (Path(__file__).parents[3] / "docs" / "quirks-claude.md").read_text()
    row = next(line for line in told.splitlines() if f"`{accent.name}`" in line)
    assert accent.about in row
    assert accent.evidence in row
    assert ("yes" if accent.faulty else "no") in row.rsplit("|", 2)[-2]
    assert name in row or name in told
