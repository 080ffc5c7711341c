from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.config import Config
from native.section import Section, WrongKindError, field


class Part(Section):
    its_name: Annotated[str, str.strip] = ""
    from_: str = field(default="", metadata={"key": "from"})
    count: int = 0


class Whole(Section):
    text: str = ""
    whole: int = 0
    number: float = 0
    switch: bool = False
    maybe: bool | None = None
    word: Literal["a", "b"] = "a"
    path: Path | None = None
    anything: Any = None
    part: Part = field(default_factory=Part)
    parts: list[Part] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)


def test_keys_are_spelt_with_dashes_and_unknown_ones_pass():
    part = Part.read({"its-name": " n ", "from": "f", "nonsense": 1})
    assert (part.its_name, part.from_, part.count) == ("n", "f", 0)


def test_a_null_is_an_absent_key_and_an_absent_item():
    found = Whole.read({"text": None, "part": None, "parts": [None, {"count": 1}], "lists": {"a": None}})
    assert (found.text, found.part, len(found.parts), found.lists) == ("", Part(), 1, {"a": []})


@pytest.mark.parametrize(
    ("key", "value", "read"),
    [
        ("text", 12, "12"),
        ("text", True, "true"),
        ("whole", "7", 7),
        ("whole", 7.9, 7),
        ("number", 1, 1.0),
        ("switch", "yes", True),
        ("switch", 0, False),
        ("maybe", False, False),
        ("path", "/x", Path("/x")),
        ("anything", [1], [1]),
        ("texts", {1: 2}, {"1": "2"}),
    ],
)
def test_what_reads_as_its_kind_is_taken(key, value, read):
    found = getattr(Whole.read({key: value}), key)
    assert (found, type(found)) == (read, type(read))


@pytest.mark.parametrize(
    ("tree", "path"),
    [
        ({"text": []}, "text"),
        ({"whole": "1.5"}, "whole"),
        ({"whole": "many"}, "whole"),
        ({"number": {}}, "number"),
        ({"switch": "perhaps"}, "switch"),
        ({"word": "c"}, "word"),
        ({"part": "x"}, "part"),
        ({"parts": {}}, "parts"),
        ({"parts": [{}, {"count": "x"}]}, r"parts\[1\]\.count"),
        ({"texts": []}, "texts"),
        ({"lists": {"a": [[]]}}, r"lists\.a\[0\]"),
    ],
)
def test_what_does_not_is_refused_by_its_path(tree, path):
    with pytest.raises(WrongKindError, match=rf"^{path}: expected"):
        Whole.read(tree)


def test_an_error_never_shows_the_value():
    with pytest.raises(WrongKindError) as caught:
        Whole.read({"parts": "sk-secret"})
    assert "sk-secret" not in str(caught.value)


def test_a_tree_says_what_is_not_as_it_would_be_anyway():
    whole = Whole(text="t", part=Part(from_="f"), parts=[Part()])
    assert whole.tree() == {"text": "t", "part": {"from": "f"}, "parts": [{}]}
    assert Whole.read(whole.tree()) == whole


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = ["port", "api-keys", "claude-api-key", "oauth-model-alias", "payload", "routing", "tls", "request-retry", "kiro"]


@given(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=4))
def test_no_tree_raises_anything_else(tree):
    with suppress(WrongKindError):
        Config.read(tree)
