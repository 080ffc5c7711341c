import pytest

from native.apidoc.kinds import given, taken
from native.surface.management.kinds import NUMBER, SWITCH, TEXT, TEXTS, Anything, Field, List, Map, Optional, Shape

ENTRY = Shape(Field("a", TEXT), Field("b", SWITCH, optional=True), Field("c", TEXT, hidden=True))


@pytest.mark.parametrize(
    ("kind", "sent", "answered"),
    [
        (TEXT, {"type": ["string", "null"]}, {"type": "string"}),
        (Optional(NUMBER), {"type": ["integer", "null"]}, {"type": ["integer", "null"]}),
        (
            TEXTS,
            {"type": ["array", "null"], "items": {"type": ["string", "null"]}},
            {"type": ["array", "null"], "items": {"type": "string"}},
        ),
        (Optional(TEXTS), taken(TEXTS), given(TEXTS)),
        (Map(Anything()), {"type": ["object", "null"], "additionalProperties": {}}, taken(Map(Anything()))),
        (Anything(), {}, {}),
    ],
)
def test_a_request_may_say_nothing_and_an_answer_says_what_it_is(kind, sent, answered):
    assert (taken(kind), given(kind)) == (sent, answered)


def test_what_is_hidden_is_taken_and_never_given():
    assert set(taken(ENTRY)["properties"]) == {"a", "b", "c"}
    assert set(given(ENTRY)["properties"]) == {"a", "b"}
    assert given(ENTRY)["required"] == ["a"]


def test_an_optional_shape_may_be_null():
    assert given(List(Optional(ENTRY)))["items"]["type"] == ["object", "null"]
