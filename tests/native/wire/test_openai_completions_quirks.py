"""The old completions' quirks: documented, held to recordings, and left out by the clean dialect where faulty."""

import gzip
import json
from pathlib import Path

import orjson
import pytest

from native.wire.openai_completions import QUIRKS, as_chat, chunk

ROOT = Path(__file__).parents[3]
DOCUMENT = (ROOT / "docs" / "quirks-chat.md").read_text()


def recorded(evidence):
    family, group, case = evidence.split("/")
    with gzip.open(ROOT / "recordings" / "golden" / f"{family}-{group}.jsonl.gz", "rt") as lines:
        (found,) = [told for line in lines if (told := json.loads(line))["case"] == f"{group}/{case}"]
    return found["runs"][0]["exchanges"][0]


@pytest.mark.parametrize("accent", QUIRKS, ids=lambda accent: accent.name)
def test_the_documentation_lists_a_quirk_with_its_evidence(accent):
    (row,) = [line for line in DOCUMENT.splitlines() if f"`{accent.name}`" in line]
    assert accent.about in row
    assert accent.evidence in row
    assert ("yes" if accent.faulty else "no") in row.rsplit("|", 2)[-2]


@pytest.mark.parametrize("accent", QUIRKS[:3], ids=lambda accent: accent.name)
def test_a_request_goes_up_as_it_went_up_from_the_legacy(accent):
    exchange = recorded(accent.evidence)
    sent = json.loads(exchange["upstream"][0]["request"]["body"]["text"])
    assert orjson.loads(as_chat(exchange["request"]["body"]["text"].encode())) == sent


def test_a_recorded_streams_reasons_are_empty_until_the_end():
    answer = recorded(QUIRKS[3].evidence)["response"]["body"]["text"]
    events = [json.loads(line[6:]) for line in answer.splitlines() if line.startswith("data: {")]
    assert [event["choices"][0]["finish_reason"] for event in events] == ["", "", "", "stop"]


@pytest.mark.parametrize(("dialect", "reason"), [("parity", ""), ("clean", None)])
def test_a_reason_that_is_none_yet_is_null_in_the_clean_dialect(dialect, reason):
    said = b'{"choices":[{"delta":{"content":"Hi"},"finish_reason":null}]}'
    assert orjson.loads(chunk(said, dialect)[0])["choices"][0]["finish_reason"] == reason


@pytest.mark.parametrize(
    ("prompt", "parity", "clean"),
    [
        (["Once upon"], '["Once upon"]', "Once upon"),
        (["Once", "upon"], '["Once","upon"]', "Once\nupon"),
        ([1, 2], "[1,2]", "[1,2]"),
        ([], "[]", "[]"),
    ],
)
def test_a_list_of_texts_is_a_text_in_the_clean_dialect(prompt, parity, clean):
    raw = orjson.dumps({"prompt": prompt})
    assert orjson.loads(as_chat(raw))["messages"][0]["content"] == parity
    assert orjson.loads(as_chat(raw, "clean"))["messages"][0]["content"] == clean


def test_fields_that_a_chat_knows_go_on_in_the_clean_dialect():
    raw = orjson.dumps({"prompt": "Hi", "n": 2, "seed": 1, "user": "u", "best_of": 3, "suffix": "!"})
    known = {"n": 2, "seed": 1, "user": "u"}
    assert not known.keys() & orjson.loads(as_chat(raw)).keys()
    assert known.items() <= orjson.loads(as_chat(raw, "clean")).items()
