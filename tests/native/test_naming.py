"""What a credential calls a model is worked out once, and anew when credentials or aliases change."""

import pytest

from native.counters import OwnCounters
from native.credentials.credential import Credential
from native.credentials.entries import CompatModel, ModelAlias, OpenAICompatibility
from native.naming import LONGEST_KNOWN, MOST_KNOWN, Naming


def compatible(*models, prefix=""):
    entry = OpenAICompatibility(models=[CompatModel(name=name, alias=alias) for name, alias in models])
    return Credential("c", "lab", prefix=prefix, entry=entry, attributes={"compat_name": "lab"})


@pytest.fixture
def naming():
    return Naming(OwnCounters())


def said(names):
    return [(name.upstream, name.base, name.booked) for name in names]


def test_an_alias_stands_for_the_upstreams_name_and_keeps_the_clients_suffix(naming):
    credential = compatible(("big-1", "m"))
    naming.begin_anew([credential], {})
    assert said(naming.names(credential, "m(high)")) == [("big-1(high)", "big-1", "m(high)")]


def test_names_behind_one_alias_take_turns_and_are_booked_on_themselves(naming):
    credential = compatible(("x", "m"), ("y", "m"))
    naming.begin_anew([credential], {})
    turns = [said(naming.names(credential, "m")) for _ in range(3)]
    assert turns[0] == [("x", "x", "x"), ("y", "y", "y")]
    assert turns[1] == turns[0][::-1]
    assert turns[2] == turns[0]


def test_a_prefix_renames_for_its_credential_alone(naming):
    mine, other = compatible(("m", ""), prefix="team"), Credential("o", "lab")
    naming.begin_anew([mine, other], {})
    assert (naming.own(mine, "team/m"), naming.own(other, "team/m")) == ("m", "team/m")
    assert list(naming.renaming("team/m")) == [mine]
    assert not list(naming.renaming("m"))


def test_new_aliases_count_at_once(naming):
    log_in = Credential("f", "claude", kind="oauth")
    for name in ("one", "two"):
        naming.begin_anew([log_in], {"claude": [ModelAlias(name=name, alias="m")]})
        assert said(naming.names(log_in, "m")) == [(name, name, name)]
        assert list(naming.renaming("m")) == [log_in]


def test_made_up_names_are_not_kept_for_ever(naming):
    credential = Credential("c", "lab")
    naming.begin_anew([credential], {})
    for number in range(3 * MOST_KNOWN):
        naming.names(credential, f"m({number})")
    naming.names(credential, "m" * (LONGEST_KNOWN + 1))
    assert len(naming._known) <= MOST_KNOWN
    assert max(len(model) for _, model in naming._known) <= LONGEST_KNOWN
