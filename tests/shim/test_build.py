"""The name of a build: the version, and what the code says."""

from importlib.metadata import version

from shim.build import build, digest


def test_a_build_is_named_by_version_and_code():
    said, _, code = build().partition("+")
    assert said == version("cliproxy-cutover")
    assert len(code) == 8


def test_a_changed_line_is_another_build_and_a_cache_is_not(tmp_path):
    (tmp_path / "pool.py").write_text("x = 1\n")
    first = digest(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "pool.pyc").write_bytes(b"x")
    assert digest(tmp_path) == first
    (tmp_path / "pool.py").write_text("x = 2\n")
    assert digest(tmp_path) != first


def test_a_renamed_file_is_another_build(tmp_path):
    (tmp_path / "a").write_text("x")
    first = digest(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    assert digest(tmp_path) != first
