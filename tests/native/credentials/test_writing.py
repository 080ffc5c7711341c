import pytest

from native.credentials.writing import compact, indented, safe, write


def test_a_tree_is_spelled_as_the_legacy_spells_it():
    tree = {"b": "<&>\u2028", "a": 1}
    assert compact(tree) == rb'{"a":1,"b":"\u003c\u0026\u003e\u2028"}'
    assert compact(tree, ordered=False).startswith(b'{"b"')
    assert indented({"a": [1]}) == b'{\n  "a": [\n    1\n  ]\n}\n'


def test_a_file_is_its_owner_s_alone(tmp_path):
    path = write(tmp_path / "new", "a.json", b"{}")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"{}", 0o600)


@pytest.mark.parametrize("name", ["", " ", ".", "..", "a/b", "a\\b", "a\0", "x" * 256])
def test_what_is_no_name_is_not_written(tmp_path, name):
    assert not safe(name)
    with pytest.raises(ValueError, match="no name"):
        write(tmp_path, name, b"{}")
