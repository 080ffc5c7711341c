import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.wire.single_quotes import repaired


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{'a': 1, 'b': '2'}", '{"a": 1, "b": "2"}'),
        ("""{"t": 'He said "hi"'}""", '{"t": "He said \\"hi\\""}'),
        ("""{"it's": 1}""", """{"it's": 1}"""),
        (r"""{"q": "\"'", 'r': 1}""", r"""{"q": "\"'", "r": 1}"""),
        (r"""['\'', '\"', '\\', '\n', '\u00e9', '\x']""", r"""["'", "\"", "\\", "\n", "\u00e9", "\x"]"""),
        ("['open", '["open"'),
        ("['open\\", '["open"'),
        ("{\"open '", "{\"open '"),
        ("", ""),
    ],
)
def test_single_quoted_strings_are_double_quoted(source, text):
    assert repaired(source) == text


@given(st.text(alphabet="ab'\"\\un0{}:, \n"))
def test_any_text_gives_a_text_and_what_is_double_quoted_is_left_alone(source):
    assert isinstance(repaired(source), str)
    told = json.dumps({"key": source})
    assert repaired(told) == told


@given(st.dictionaries(st.text("abc \n", max_size=4), st.text('xyz"\n', max_size=6)))
def test_a_python_dictionary_of_plain_texts_is_read(tree):
    assert json.loads(repaired(repr(tree))) == tree
