import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.accents.claude_names import (
    Declared,
    answer_schema,
    call_id,
    declared,
    declared_names,
    function_name,
    short_names,
    shortened,
)


def test_an_id_keeps_only_what_claude_allows(a_turn):
    assert call_id("call:1/Ł-_a", a_turn()) == "call_1__-_a"


def test_a_missing_id_is_made_and_never_twice(a_turn):
    turn = a_turn()
    assert [call_id("", turn), call_id("", turn)] == ["toolu_1760000000500000000_1", "toolu_1760000000500000000_2"]


def test_names_come_back_as_they_were_declared(a_turn):
    body = {"tools": [{"name": " _Read "}, {"name": "READ"}, {"function": {"name": "list"}}, {"name": "a b"}, 5]}
    names = Declared(a_turn(original=body))
    assert [names.spelled(name) for name in ("read", "__rEAD", "LIST", "other", "", "___")] == [
        *("_Read", "_Read", "list", "other", "", "___"),
    ]
    assert [names.restored(name) for name in ("a_b", "x")] == ["a b", "x"]


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("read.file:x-1", "read.file:x-1"),
        ("my tool", "my_tool"),
        ("Łódź", "__d_"),
        ("7zip", "_7zip"),
        ("-" + "a" * 70, "_-" + "a" * 62),
        ("a" * 70, "a" * 64),
        ("", ""),
    ],
)
def test_gemini_gets_names_that_it_takes(name, made):
    assert function_name(name) == made


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Read", "Read"),
        ("x" * 70, "x" * 64),
        ("mcp__" + "s" * 70 + "__read", "mcp__read"),
        ("mcp__s__" + "t" * 70, "mcp__" + "t" * 59),
        ("mcp__" + "x" * 70, "mcp__" + "x" * 59),
        ("x" * 63 + "ü", "x" * 63 + "\ufffd"),
    ],
)
def test_long_names_are_cut_at_64_bytes(name, short):
    assert shortened(name) == short


def test_names_that_would_be_cut_alike_are_told_apart():
    names = [f"mcp__{server * 60}__read" for server in "abc"]
    assert list(short_names(names).values()) == ["mcp__read", "mcp__read_1", "mcp__read_2"]
    long = ["x" * 65, "x" * 66]
    assert short_names(long)[long[1]] == "x" * 62 + "_1"


@given(st.lists(st.text(min_size=1, max_size=90), unique=True, max_size=8))
def test_short_names_are_short_and_no_two_alike(names):
    short = short_names(names)
    assert len(set(short.values())) == len(names)
    assert all(len(name.encode()) <= 64 or "\ufffd" in name for name in short.values())


def test_a_name_declared_twice_has_the_second_ones():
    assert short_names(["a", "a"]) == {"a": "a_1"}


@pytest.mark.parametrize("tools", [None, {}, "x", 5])
def test_tools_that_are_no_list_are_none(tools):
    assert declared({"tools": tools}) == []
    assert declared_names({"tools": tools}) == []


def test_the_nameless_have_no_name():
    assert declared_names({"tools": [{"name": "a"}, {}, None, {"name": ""}, {"name": 5}]}) == ["a", "5"]


@pytest.mark.parametrize("form", [None, "json_schema", {}, {"type": "text", "schema": {}}, {"type": "json_schema"}])
def test_an_answer_has_a_schema_only_where_one_is_given(form):
    assert answer_schema({"output_config": {"format": form}}) is None
