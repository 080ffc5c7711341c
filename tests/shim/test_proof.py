import stat

from shim.proof import keep, kept

ROW = {"lane": "plain", "kind": "added", "planted": 9, "found": 8, "recall": 8 / 9, "precision": 1.0}


def test_what_was_proved_last_is_kept_beside_the_recording_for_its_owner_alone(tmp_path):
    (tmp_path / "recordings.db").touch()
    keep([{**ROW, "missed": ["a/case"]}, ROW], tmp_path)
    file = keep([{**ROW, "missed": ["a/case"]}], tmp_path)
    assert kept(tmp_path) == {"at": file.stat().st_mtime, "rows": [ROW]}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {each.name for each in tmp_path.iterdir()} == {"recordings.db", "proof.json"}


def test_where_there_is_no_recording_nothing_is_kept(tmp_path):
    assert keep([ROW], tmp_path) is None
    assert keep([ROW], tmp_path / "nowhere") is None
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_holds_something_else_is_as_none(tmp_path):
    assert kept(tmp_path) is None
    for text in ("{", "[1]", '[{"lane": 1}]'):
        (tmp_path / "proof.json").write_text(text)
        assert kept(tmp_path) is None
