import pytest

from shim.flags.table import Scope
from shim.page.asked import AskedError, Narrowed, flag_value, number, read


def test_a_narrowing_is_read_out_of_a_query_or_a_body():
    assert read(Narrowed, {"endpoint": "POST /v1/messages", "stream": "yes"}).scope == Scope(
        "POST /v1/messages", "", "yes"
    )
    assert read(Narrowed, b'{"model": "m*"}').scope == Scope("*", model="m*")


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"{", "JSON"),
        (b"[]", "dict"),
        (b'{"endpoint": 1}', "endpoint"),
        (b'{"more": ""}', "more"),
        (b'{"stream": "x"}', "stream"),
    ],
)
def test_what_is_wrong_is_said_with_where(body, word):
    with pytest.raises(AskedError, match=word) as refused:
        read(Narrowed, body)
    assert refused.value.status == 400


def test_a_text_beyond_measure_is_refused():
    with pytest.raises(AskedError, match="model"):
        read(Narrowed, {"model": "m" * 5000})


def test_a_number_is_whole_and_bounded():
    assert number({}, "limit", 7, 10) == 7
    assert number({"limit": "99"}, "limit", 7, 10) == 10
    for wrong in ("", "-1", "1.5", "x", "9" * 30, "٣" * 20):
        with pytest.raises(AskedError, match="whole number"):
            number({"limit": wrong}, "limit", 7, 10)


def test_a_flag_that_cannot_be_says_what_can():
    assert flag_value("canary 5%").percent == 5
    with pytest.raises(AskedError, match="legacy, shadow, canary"):
        flag_value("maybe")
