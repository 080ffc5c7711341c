import json

import pytest

from native.accents.responses_events import Events, dump, echo, frame, function_call, output_text


def parsed(chunk):
    name, data = chunk.decode().split("\n")
    assert data.startswith("data: ")
    event = json.loads(data.removeprefix("data: "))
    assert name == f"event: {event['type']}"
    return event


def test_events_are_numbered_from_one_without_a_gap():
    events = Events()
    events.opened("r1", 7)
    first = events.take()
    events.message_added("m1", 0)
    events.text_delta("m1", 0, "a")
    events.message_done("m1", 0, "a", output_text("a"))
    events.completed({"id": "r1", "status": "completed"})
    numbers = [parsed(chunk)["sequence_number"] for chunk in [*first, *events.take()]]
    assert numbers == list(range(1, 10))
    assert events.take() == []


def test_an_answer_that_was_cut_ends_as_incomplete():
    events = Events()
    events.completed({"id": "r1", "status": "incomplete"})
    assert parsed(events.take()[0])["type"] == "response.incomplete"


def test_a_call_has_its_id_twice_and_its_items_id_once():
    call = function_call("c1", "f", "{}")
    assert (call["id"], call["call_id"], call["status"]) == ("fc_c1", "c1", "completed")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            {"max_output_tokens": "12", "temperature": "0.5", "store": "true"},
            {"max_output_tokens": 12, "temperature": 0.5, "store": True},
        ),
        ({"instructions": None, "user": None}, {"instructions": "", "user": None}),
        ({"tools": [{"name": "f"}], "text": {"format": 1}}, {"tools": [{"name": "f"}], "text": {"format": 1}}),
        ({"input": "not told", "stream": True}, {}),
    ],
)
def test_an_answer_repeats_what_was_asked_as_the_type_it_should_have(asked, told):
    assert echo(asked) == told


def test_any_depth_is_written():
    nest = value = []
    for _ in range(800):
        value.append([])
        value = value[0]
    assert json.loads(dump(nest)) == nest
    assert json.loads(frame("x", {"tools": nest}).partition(b"data: ")[2]) == {"tools": nest}
