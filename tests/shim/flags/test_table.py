"""The flag that is narrowed most holds."""

from itertools import pairwise

import pytest

from shim.flags.table import LEGACY, Asked, Flag, Mode, Scope, Table, Value, WrongFlagError

CLAUDE = "POST /v1/messages"


def a_table(**rows):
    return Table(Flag(scope, Value.parse(value)) for scope, value in rows["rows"])


@pytest.mark.parametrize("text", ["legacy", "shadow", "native", "canary 5%", "canary 0.5%"])
def test_a_value_reads_what_it_writes(text):
    assert str(Value.parse(text)) == text
    assert Value.parse(text.upper().replace("%", " % ")) == Value.parse(text)


@pytest.mark.parametrize("text", ["", "nativ", "canary", "canary 0%", "canary 101%", "canary x", "native 5%"])
def test_what_is_no_flag_is_refused_with_what_to_write(text):
    with pytest.raises(WrongFlagError, match=r"write|share"):
        Value.parse(text)


def test_with_no_flag_the_legacy_answers():
    assert Table().lookup(Asked(CLAUDE)) == LEGACY


def test_the_narrower_flag_holds():
    table = a_table(
        rows=[
            (Scope("*"), "shadow"),
            (Scope(CLAUDE), "canary 5%"),
            (Scope(CLAUDE, stream="no"), "native"),
            (Scope(CLAUDE, provider="codex"), "shadow"),
            (Scope(CLAUDE, model="claude-*"), "legacy"),
            (Scope(CLAUDE, model="claude-3"), "native"),
        ]
    )

    def mode(*asked):
        return table.lookup(Asked(*asked)).value.mode

    assert mode("GET /v1/models") is Mode.SHADOW
    assert mode(CLAUDE, "", True) is Mode.CANARY
    assert mode(CLAUDE, "", False) is Mode.NATIVE
    assert mode(CLAUDE, "codex", False) is Mode.SHADOW
    assert mode(CLAUDE, "codex", False, "claude-2") is Mode.LEGACY
    assert mode(CLAUDE, "codex", False, "claude-3") is Mode.NATIVE


def test_the_body_is_needed_only_where_it_decides():
    table = a_table(
        rows=[(Scope(CLAUDE), "shadow"), (Scope("GET /"), "native"), (Scope("POST /v1/x", model="m"), "shadow")]
    )
    assert not table.needs_body(CLAUDE)
    assert not table.needs_body("GET /v1/models")
    assert table.needs_body("GET /")
    assert table.needs_body("POST /v1/x")


def test_a_setting_has_a_name_of_its_own():
    first, second = (Flag(Scope(CLAUDE), Value.parse("canary 5%"), at=at) for at in (1.0, 2.0))
    assert first.step != second.step
    assert str(Scope(CLAUDE, "codex", "yes", "m*")) == "POST /v1/messages provider=codex stream=yes model=m*"


def test_the_more_native_gets_the_higher_a_flag_is():
    values = [Value.parse(text) for text in ("legacy", "shadow", "canary 0.5%", "canary 10%", "canary 100%", "native")]
    assert all(lower.height < higher.height for lower, higher in pairwise(values))
    assert [value.serves for value in values] == [False, False, True, True, True, True]


def test_native_is_asked_where_some_flag_of_the_endpoint_says_more_than_legacy():
    table = a_table(rows=[(Scope(CLAUDE), "legacy"), (Scope(CLAUDE, model="m"), "shadow"), (Scope("GET /"), "legacy")])
    assert table.asks_native(CLAUDE)
    assert not table.asks_native("GET /")
    assert not table.asks_native("GET /v1/models")


def test_a_flag_covers_all_of_an_endpoint_where_nothing_narrows_it():
    assert Scope(CLAUDE).covers_all_of(CLAUDE)
    assert Scope("*").covers_all_of(CLAUDE)
    assert not Scope(CLAUDE, stream="no").covers_all_of(CLAUDE)
    assert not Scope("GET /").covers_all_of(CLAUDE)
