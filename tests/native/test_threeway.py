import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from native.threeway import Versions, merged, steps

LEAVES = st.one_of(st.booleans(), st.integers(0, 3), st.sampled_from(["", "x", "y"]), st.none())
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.dictionaries(st.sampled_from(["a", "b", "name"]), inner, max_size=3), st.lists(inner, max_size=3)
    ),
    max_leaves=8,
)
DOCUMENTS = st.dictionaries(st.sampled_from(["a", "b", "c"]), TREES, max_size=3)


@given(DOCUMENTS, DOCUMENTS)
def test_what_one_side_alone_changed_is_as_that_side_has_it(base, changed):
    assert merged(base, changed, base) == changed
    assert merged(base, base, changed) == changed
    assert merged(base, changed, changed) == changed


@given(DOCUMENTS, DOCUMENTS, DOCUMENTS)
def test_whatever_both_did_there_is_an_outcome(base, ours, theirs):
    found = merged(base, ours, theirs)
    assert found.keys() <= ours.keys() | theirs.keys()


def test_two_who_change_different_places_both_find_their_change():
    base = {"debug": False, "routing": {"strategy": ""}, "gone": 1}
    ours = {"debug": True, "routing": {"strategy": ""}, "gone": 1}
    theirs = {"debug": False, "routing": {"strategy": "fill-first"}, "new": 2}
    assert merged(base, ours, theirs) == {"debug": True, "routing": {"strategy": "fill-first"}, "new": 2}


def test_two_who_add_to_one_list_both_find_their_entry():
    assert merged(["a"], ["a", "b"], ["a", "c"]) == ["a", "b", "c"]
    assert merged(["a", "a"], ["a"], ["a", "a", "c"]) == ["a", "c"]


def test_entries_are_told_apart_by_what_they_are_known_by():
    base = [{"api-key": "k1", "prefix": ""}, {"api-key": "k2"}]
    ours = [{"api-key": "k1", "prefix": "team"}, {"api-key": "k2"}]
    theirs = [{"api-key": "k1", "prefix": "", "proxy-url": "direct"}]
    assert merged(base, ours, theirs) == [{"api-key": "k1", "prefix": "team", "proxy-url": "direct"}]


def test_where_both_changed_one_place_ours_holds():
    assert merged({"n": 1}, {"n": 2}, {"n": 3}) == {"n": 2}
    assert merged({"n": 1}, {"n": True}, {"n": 1}) == {"n": True}


def test_steps_are_counted_by_places():
    assert steps({"a": 1, "b": [{"name": "x"}]}, {"a": 2, "b": [{"name": "x"}, {"name": "y"}]}) == 2
    assert steps({"a": 1}, {"a": 1}) == 0
    assert steps({"a": 1}, {"a": True}) == 1


# ---- versions ------------------------------------------------------------------------------------------------------

V0, V1 = "debug: false\nretry: 0\n", "debug: true\nretry: 0\n"


@pytest.fixture
def versions():
    """A file that said V0, and says V1 since second 100."""
    found = Versions(V0, yaml.safe_load, 1.0)
    found.add(V1, 100.0)
    return found


def test_what_was_written_from_an_older_reading_takes_nothing_back(versions):
    assert versions.reconciled("debug: false\nretry: 3\n", V1, 100.2) == {"debug": True, "retry": 3}


def test_what_was_written_from_the_newest_reading_is_all_of_it(versions):
    assert versions.reconciled("debug: true\nretry: 3\n", V1, 100.2) is None


def test_who_had_the_time_to_read_means_what_he_writes(versions):
    assert versions.reconciled("debug: false\nretry: 3\n", V1, 101.0) is None


def test_what_became_of_it_elsewhere_is_kept_too():
    versions = Versions(V0, yaml.safe_load, 1.0)
    assert versions.reconciled("debug: false\nretry: 3\n", V1, 5.0) == {"debug": True, "retry": 3}


def test_a_text_that_is_none_is_refused(versions):
    with pytest.raises(yaml.YAMLError):
        versions.reconciled("a: [", V1, 100.2)


def test_only_versions_that_somebody_may_still_have_in_mind_are_kept(versions):
    for second in range(200, 220):
        versions.add(f"debug: {second}\n", float(second))
    assert len(versions._known) <= 2  # memory is the point
    assert versions.latest == "debug: 219\n"


def test_who_undoes_his_own_change_means_it(versions):
    theirs = "debug: true\nretry: 3\n"
    versions.hear(theirs, 100.1)
    assert versions.reconciled(V1, theirs, 100.2) is None


def test_who_wrote_himself_knows_what_he_wrote(versions):
    versions.hear("keys: [a, b]\n", 100.1)
    assert versions.reconciled("keys: [a, c]\n", "keys: [a, b]\n", 100.2) is None
