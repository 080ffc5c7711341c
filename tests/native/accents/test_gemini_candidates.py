import time

import orjson
import pytest

from native.accents.gemini_candidates import (
    TRAFFIC,
    call_part,
    counted_late,
    finished_late,
    frame,
    label,
    stamp,
    text_part,
    thought_part,
    token_count,
)


@pytest.fixture
def zone(monkeypatch):
    def choose(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield choose
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("name", "seconds", "expected"),
    [
        ("UTC", 1760000000, "2025-10-09T08:53:20Z"),
        ("Europe/Paris", 1760000000, "2025-10-09T10:53:20+02:00"),
        ("America/St_Johns", 0, "1969-12-31T20:30:00-03:30"),
        ("UTC", -5, "1969-12-31T23:59:55Z"),
        ("UTC", 1760000000000, "57742-03-07T08:53:20Z"),
    ],
)
def test_a_time_is_spelled_in_the_local_zone_in_any_year(zone, name, seconds, expected):
    zone(name)
    assert stamp(seconds) == expected


def test_a_frame_holds_parts_finish_usage_and_label():
    chunk = frame(text_part('a "b"') + b"," + thought_part("c"), label("m", "T", "r"), finish="STOP")
    assert orjson.loads(chunk) == {
        "candidates": [
            {
                "content": {"role": "model", "parts": [{"text": 'a "b"'}, {"thought": True, "text": "c"}]},
                "finishReason": "STOP",
            }
        ],
        "usageMetadata": {"trafficType": "PROVISIONED_THROUGHPUT"},
        "modelVersion": "m",
        "createTime": "T",
        "responseId": "r",
    }


def test_without_a_finish_there_is_no_reason():
    assert b"finishReason" not in frame(b"", label("m", "", ""))


def test_arguments_stand_as_they_are_spelled():
    assert call_part("f", b'{ "a" : 1.0 }') == b'{"functionCall":{"name":"f","args":{ "a" : 1.0 }}}'


def test_a_finish_behind_broken_arguments_stands_where_the_brackets_close():
    chunk = frame(call_part("f", b'{"a"'), label("m", "T", "r"))
    assert finished_late(chunk).startswith(
        b'{"candidates":[{"content":{"role":"model","parts":[{"functionCall":{"name":"f","args":{"a"}}]},'
        b'"finishReason":"STOP"},"usageMetadata"'
    )


def test_counts_behind_open_brackets_stand_at_the_end():
    answer = frame(call_part("f", b'{"a"'), label("m", "T", "r"), finish="STOP")
    assert counted_late(answer, b'"x":1').endswith(b'"responseId":"r","usageMetadata":{"x":1}}')


def test_counts_behind_closed_brackets_replace_the_old_ones():
    answer = frame(call_part("f", b": 1}"), label("m", "T", "r"), finish="STOP")
    assert b'"usageMetadata":{"x":1},"modelVersion"' in counted_late(answer, b'"x":1')
    assert TRAFFIC not in counted_late(answer, b'"x":1')


def test_a_count_names_its_modality():
    assert orjson.loads(token_count(7))["promptTokensDetails"] == [{"modality": "TEXT", "tokenCount": 7}]
