"""JSON that an owner sends is read, or refused in the words of the legacy's reader."""

import pytest

from native.surface.management.reading import FaultError, an_object, first, whole

DEEP = b"[" * 100_000


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "unexpected end of JSON input"),
        (b"{", "unexpected end of JSON input"),
        (b"x", "invalid character 'x' looking for beginning of value"),
        (b"nope", "invalid character 'o' in literal null (expecting 'u')"),
        (b"[]", "json: cannot unmarshal array into Go value of type map[string]interface {}"),
        (b"1", "json: cannot unmarshal number into Go value of type map[string]interface {}"),
        (b'{"a":NaN}', "invalid character 'N' looking for beginning of value"),
        (b'{"a":-Infinity}', "invalid character 'I' in numeric literal"),
        (b'{"a" 1}', "invalid character '1' after object key"),
        (b"{} {}", "invalid character '{' after top-level value"),
        (DEEP, "exceeded max depth"),
    ],
)
def test_what_is_no_object_is_told_as_the_legacy_tells_it(content, why):
    with pytest.raises(FaultError) as raised:
        an_object(content)
    assert str(raised.value) == why


@pytest.mark.parametrize(("content", "found"), [(b"{}", {}), (b"null", None), (b' {"a":[1]} ', {"a": [1]})])
def test_an_object_or_null_is_one(content, found):
    assert an_object(content) == found


def test_signs_that_are_none_are_replaced():
    assert whole(b'{"a":"\\ud800x"}') == {"a": "\ufffdx"}
    assert whole(b'{"a":"\xffx"}') == {"a": "\ufffdx"}


def test_what_stands_behind_the_first_value_is_passed_over_where_that_is_wanted():
    assert first(b" [1] and more") == [1]
    with pytest.raises(FaultError, match="after top-level value"):
        whole(b"[1] and more")
