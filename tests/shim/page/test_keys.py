import stat

import pytest

from shim.page.keys import Keys, key_of


def test_keys_are_made_once_for_their_owner_alone(tmp_path):
    keys = Keys.of(tmp_path / "data")
    assert keys == Keys.of(tmp_path / "data")
    assert len(keys.page) >= 43
    assert keys.page != keys.metrics
    for file in (tmp_path / "data").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_key_that_others_could_read_is_taken_back(tmp_path):
    path = tmp_path / "page.key"
    key_of(path)
    path.chmod(0o644)
    key_of(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_holds_no_key_is_refused(tmp_path):
    (tmp_path / "page.key").write_text("short\n")
    with pytest.raises(ValueError, match="holds no key"):
        key_of(tmp_path / "page.key")


def test_the_metrics_key_opens_metrics_and_nothing_else():
    keys = Keys("p" * 43, "m" * 43)
    assert keys.reads_metrics("m" * 43)
    assert keys.reads_metrics("p" * 43)
    assert keys.opens_page("p" * 43)
    assert not keys.opens_page("m" * 43)
    assert not keys.opens_page("\udce4")
