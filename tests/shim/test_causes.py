"""Causes: what always comes together is one, what is rare never hides behind what is common."""

from hypothesis import given
from hypothesis import strategies as st

from native.wire.loose import MISSING
from shim.causes import Finding, Sign, causes, everywhere, finding, principal, sign_of
from shim.judge.verdict import Difference, Kind, Level, Side, Verdict

HEADER = sign_of('exchanges[0].response.headers["x-new"]', "client", "added")
OTHER = sign_of('exchanges[0].response.headers["x-newer"]', "client", "added")
BODY = sign_of("exchanges[0].response.json.choices[3].message", "client", "changed")
CALL = sign_of("exchanges[0].upstream[0]", "sent upstream", "call missing")


def found(name, *signs, endpoint="POST /v1/messages", provider="claude"):
    return Finding(name, endpoint, provider, frozenset(signs))


def test_indexes_are_open_and_quoted_keys_stay():
    assert BODY.pattern == "exchanges[*].response.json.choices[*].message"
    assert sign_of('exchanges[2].state["a[0]"]', "state", "changed").pattern == 'exchanges[*].state["a[0]"]'


def test_two_headers_on_every_answer_are_one_cause():
    (cause,) = causes([found(str(n), HEADER, OTHER) for n in range(600)])
    assert (cause.signs, len(cause.members), cause.holds_back) == ((HEADER, OTHER), 600, 600)


def test_a_rare_difference_does_not_hide_behind_one_that_is_everywhere():
    many = [found(str(n), HEADER) for n in range(9)]
    first, second = causes([*many, found("9", HEADER, BODY)])
    assert (first.signs, first.holds_back, len(first.members)) == ((HEADER,), 9, 10)
    assert (second.signs, second.holds_back, second.members) == ((BODY,), 0, ("9",))


def test_what_holds_back_most_comes_first():
    ranked = causes([found("1", BODY), found("2", HEADER), found("3", HEADER)])
    assert [cause.holds_back for cause in ranked] == [2, 1]


def test_endpoints_are_kept_apart_or_put_together():
    both = [found("1", HEADER), found("2", HEADER, endpoint="POST /v1/responses")]
    assert len(causes(both)) == 2
    (cause,) = everywhere(both)
    assert set(cause.endpoints) == {"POST /v1/messages", "POST /v1/responses"}
    assert (cause.holds_back, len(cause.members)) == (2, 2)


def test_two_headers_on_every_chat_answer_are_one_line_though_one_of_them_is_elsewhere_too():
    chats = [
        found(f"{endpoint} {n}", HEADER, OTHER, endpoint=endpoint, provider=provider)
        for n, provider in enumerate(("claude", "codex"))
        for endpoint in ("POST /v1/messages", "POST /v1/responses")
    ]
    first, second = everywhere([*chats, found("options", HEADER, endpoint="OPTIONS *")])
    assert (first.signs, len(first.members)) == ((HEADER, OTHER), 4)
    assert (second.signs, second.members) == ((HEADER,), ("options",))


def test_of_an_answer_with_another_status_the_rest_is_no_cause_of_its_own():
    status = sign_of("exchanges[0].response.status", "client", "changed", "200 → 404")
    body = sign_of("exchanges[0].response.json.error", "client", "added")
    assert principal([status, body, CALL]) == {
        Sign("exchanges[*].response", "client", "changed", "200 → 404"),
        CALL,
    }


def test_the_call_that_was_not_sent_is_named_before_what_came_of_it():
    status = sign_of("exchanges[0].response.status", "client", "changed", "200 → 404")
    (cause,) = causes([found("1", status, CALL)])
    assert cause.signs[0] == CALL


def test_the_same_cause_keeps_its_name_as_more_of_it_comes():
    early, late = causes([found("1", HEADER)]), causes([found("1", HEADER), found("2", HEADER)])
    assert early[0].id == late[0].id
    assert early[0].id != causes([found("1", HEADER, provider="codex")])[0].id


def test_a_clean_verdict_has_no_finding():
    one = Difference("exchanges[0].response.status", Side.CLIENT, Kind.CHANGED, 200, MISSING)
    assert finding("1", "", "", Verdict(Level.ACCEPTED, (one,))) is None
    assert finding("1", "", "", Verdict(Level.DIFFERENT, (one,))) is not None


@given(st.lists(st.frozensets(st.sampled_from([HEADER, OTHER, BODY, CALL]), min_size=1), max_size=30))
def test_every_sign_of_every_finding_is_in_one_cause(sets):
    findings = [found(str(n), *signs) for n, signs in enumerate(sets)]
    ranked = causes(findings)
    for one in findings:
        own = [cause for cause in ranked if one.name in cause.members]
        assert sorted(sign for cause in own for sign in cause.signs) == sorted(one.signs)
    assert sum(cause.holds_back for cause in ranked) <= len(findings)
