import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.accents.gemini_openai_arguments import as_object


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("", {}),
        ("{}", {}),
        ('{"city": Łódź, "unit": celsius}', {"city": "Łódź", "unit": "celsius"}),
        ('{"a": true, "b": null, f, "g": bare}', {"a": True, "b": None, "g": "bare"}),
        ('{"c": 3, "d": 1.5, "e": 1e3}', {"c": 3, "d": 1.5, "e": 1000}),
        ('{"a": {"b": 1}, "c": [1, x]}', {"a": {"b": 1}, "c": "[1, x]"}),
        ('{"a": "said", "b": "un', {}),
        ('{"a": "said", "b": "un}', {"a": "said", "b": ""}),
        ("{'a': 1}", {}),
        ('{"a" 1}', {}),
        ("[1]", {}),
        ("5", {}),
        ('say {"a": x} now', {"a": "x"}),
        ('{"a\\"b": x}', {'a"b': "x"}),
        ('{"a*": x, "": y, "k": 99999999999999999999}', {"k": 1e20}),
    ],
)  # fmt: skip
def test_what_can_be_told_apart_is_kept(arguments, expected):
    assert orjson.loads(as_object(arguments)) == expected


def test_a_json_object_stays_as_it_is_spelled():
    assert as_object(' {"a" : 1.0,\n"a":2} ') == b'{"a" : 1.0,\n"a":2}'


@given(st.text(alphabet='{}[]":,\\ax0.-e tru\n', max_size=40))
def test_any_text_gives_an_object(arguments):
    assert isinstance(orjson.loads(as_object(arguments)), dict)
