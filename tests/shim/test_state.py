import os

import orjson
import pytest

from shim.state import StateFiles


@pytest.fixture
def home(tmp_path):
    (tmp_path / "auth").mkdir()
    (tmp_path / "config.yaml").write_text("port: 8317\nauth-dir: auth\n1: a date\nsince: 2026-01-01\n")
    (tmp_path / "auth" / "a.json").write_text('{"type": "claude"}')
    (tmp_path / "auth" / "notes.txt").write_text("no credential")
    for file in (tmp_path / "config.yaml", tmp_path / "auth" / "a.json"):
        os.utime(file, (1000, 1000))
    return tmp_path


def test_the_state_is_read_once_and_again_when_it_changes(home):
    files = StateFiles(home / "config.yaml")
    state = files.changed()
    assert state.config == {"port": 8317, "auth-dir": "$WORK/auth", "1": "a date", "since": "2026-01-01"}
    assert state.auth_files == {"a.json": {"type": "claude"}}
    assert files.changed() is None
    (home / "auth" / "b.json").write_text('{"type": "codex"}')
    assert set(files.changed().auth_files) == {"a.json", "b.json"}
    (home / "auth" / "b.json").unlink()
    assert set(files.changed().auth_files) == {"a.json"}


def test_a_state_is_dated_by_its_newest_file(home):
    assert StateFiles(home / "config.yaml").changed().at == 1000
    os.utime(home / "auth" / "a.json", (2000, 2000))
    assert StateFiles(home / "config.yaml").changed().at == 2000


@pytest.mark.parametrize(
    ("name", "text"), [("auth/a.json", '{"type": '), ("config.yaml", "a: [b"), ("config.yaml", "- x")]
)
def test_a_half_written_file_is_waited_for(home, name, text):
    files = StateFiles(home / "config.yaml")
    files.changed()
    whole = (home / name).read_text()
    (home / name).write_text(text)
    assert files.changed() is None
    (home / name).write_text(whole + " ")
    assert files.changed() is not None


def test_without_files_there_is_no_state(tmp_path):
    assert StateFiles(tmp_path / "config.yaml").changed() is None


def test_what_is_read_can_be_written_as_json(home):
    assert orjson.dumps(StateFiles(home / "config.yaml").changed().config)
