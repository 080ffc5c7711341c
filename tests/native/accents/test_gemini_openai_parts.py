import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.accents.gemini_openai_parts import finish_of, model_key, reasoned, usage_of

NODES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["text", "x"]), inner),
)


@pytest.mark.parametrize(
    ("node", "texts"),
    [
        ("a", ["a"]),
        ("", []),
        (["a", {"text": "b"}, [["c"]], {"x": 1}, "", 5], ["a", "b", "c"]),
        ({"text": 1.0}, ["1"]),
        (None, []),
    ],
)
def test_reasoning_is_read_from_texts_objects_and_lists(node, texts):
    assert reasoned(node) == texts


@given(NODES)
def test_reasoning_is_texts_that_say_something(node):
    assert all(isinstance(said, str) and said for said in reasoned(node))


@pytest.mark.parametrize(
    ("reason", "told"), [("length", "MAX_TOKENS"), ("content_filter", "SAFETY"), (None, "STOP"), (["x"], "STOP")]
)
def test_a_reason_that_google_has_no_word_for_is_a_stop(reason, told):
    assert finish_of(reason) == told


def test_reasoning_tokens_are_counted_where_there_are_any(a_turn):
    counts = usage_of({"prompt_tokens": 1, "output_tokens_details": {"reasoning_tokens": 3}}, a_turn())
    assert counts == {"promptTokenCount": 1, "candidatesTokenCount": 0, "totalTokenCount": 0, "thoughtsTokenCount": 3}
    assert "thoughtsTokenCount" not in usage_of({"completion_tokens_details": {"reasoning_tokens": 0}}, a_turn())


@pytest.mark.parametrize(("dialect", "key"), [("parity", "model"), ("clean", "modelVersion")])
def test_the_model_has_googles_name_in_clean(a_turn, dialect, key):
    assert model_key(a_turn(dialect=dialect)) == key
