from native.accents.schema_paths import deepest_first, drop, holders, keywords, put, texts, walk


def test_every_key_below_the_root_is_found():
    assert keywords({"a": [{"b": 1}], "c": {"d": {}}}) == {"a", "b", "c", "d"}
    assert keywords("x") == set()


def test_a_walk_meets_parents_before_children_and_siblings_in_order():
    met = [(path, key) for path, key, _ in walk({"a": {"b": [{"c": 1}]}, "d": 2})]
    assert met == [((), "a"), ((), "d"), (("a",), "b"), (("a", "b"), 0), (("a", "b", 0), "c")]


def test_what_is_below_an_empty_key_at_the_top_counts_as_the_tops():
    assert list(holders({"": {"enum": 1}}, "enum")) == [((), "enum")]
    assert holders({"a": {"": {"enum": 1}}}, "enum") == [(("a", ""), "enum")]


def test_descendants_come_before_their_ancestors():
    places = deepest_first(holders({"x": {"x": {"y": {"x": 1}}}}, "x"))
    assert [path for path, _ in places] == [("x", "x", "y"), ("x",), ()]


def test_putting_makes_the_objects_on_the_way():
    assert put({}, ("a", "b"), 1) == {"a": {"b": 1}}
    assert put({"a": 5}, ("a", "b"), 1) == {"a": {"b": 1}}
    assert put({"a": [{}]}, ("a", 0, "b"), 1) == {"a": [{"b": 1}]}
    assert put({"a": 1}, (), 2) == 2


def test_putting_past_a_lists_end_changes_nothing():
    assert put({"a": []}, ("a", 3), 1) == {"a": []}
    assert put({"a": []}, ("a", 3, "b"), 1) == {"a": []}


def test_dropping_what_is_not_there_changes_nothing():
    tree = {"a": {"b": 1}}
    drop(tree, ("a", "x"), "b")
    drop(tree, (), "x")
    assert tree == {"a": {"b": 1}}
    drop(tree, ("a",), "b")
    assert tree == {"a": {}}


def test_a_lists_entries_are_read_as_texts():
    assert texts(["a", 1, None, 2.0]) == ["a", "1", "", "2"]
    assert texts("a") == []
