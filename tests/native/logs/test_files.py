import os
import stat

import pytest

from native.logs import files
from native.logs.files import Folder, name_of

AT = 1_760_000_000.0


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "logs", lambda: AT)


@pytest.mark.parametrize(
    ("path", "begins"),
    [
        ("/v1/messages", "v1-messages-20"),
        ("/v1beta/models/a:generateContent?key=x", "v1beta-models-a-generateContent-20"),
        ("/", "root-20"),
        ("/a/../../b c|d\x00e", "a-..-..-b-c-d-e-20"),
        ("/" + "x" * 400, "x" * 160 + "-20"),
    ],
)
def test_a_name_is_path_time_and_id(path, begins):
    name = name_of(path, AT, "1a2b3c4d", error=False)
    assert name.startswith(begins)
    assert name.endswith("-1a2b3c4d.log")
    assert "/" not in name
    assert name_of(path, AT, "1", error=True).startswith("error-" + begins)


def test_only_its_owner_may_read_a_log(folder, tmp_path):
    folder.write("a.log", [b"one", b"two"])
    folder.append(b"line\n")
    for name in ("a.log", "main.log"):
        assert stat.S_IMODE((tmp_path / "logs" / name).stat().st_mode) == 0o600
    assert (tmp_path / "logs/a.log").read_bytes() == b"onetwo"


def test_only_the_newest_logs_of_failures_are_kept(folder, tmp_path):
    folder.most_errors = 2
    for n in range(4):
        folder.write(f"error-{n}.log", [b"x"])
        os.utime(tmp_path / f"logs/error-{n}.log", (AT + n, AT + n))
    folder.write("other.log", [b"x"])
    folder.write("error-9.log", [b"x"])
    assert sorted(p.name for p in (tmp_path / "logs").iterdir()) == ["error-3.log", "error-9.log", "other.log"]


def test_no_failure_is_forgotten_where_all_are_to_be_kept(folder, tmp_path):
    for n in range(12):
        folder.write(f"error-{n}.log", [b"x"])
    assert len(list((tmp_path / "logs").iterdir())) == 12


def test_a_full_log_is_put_aside_and_begun_anew(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MOST_MAIN", 10)
    for line in (b"one\n", b"two two two\n", b"three\n"):
        folder.append(line)
    logs = {p.name: p.read_bytes() for p in (tmp_path / "logs").glob("*.log")}
    assert logs.pop("main.log") == b"three\n"
    ((name, text),) = logs.items()
    assert (name[:7], name[-8:], text) == ("main-20", ".000.log", b"one\ntwo two two\n")


def test_another_process_that_turned_the_log_is_not_turned_again(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MOST_MAIN", 10)
    folder.append(b"small\n")
    folder._turn(tmp_path / "logs/main.log")
    assert (tmp_path / "logs/main.log").read_bytes() == b"small\n"


def test_the_oldest_logs_go_where_all_are_too_large_and_nothing_else(folder, tmp_path):
    logs = tmp_path / "logs"
    logs.mkdir()
    for age, name in enumerate(["main.log", "keep.txt", "old.log", "older.log.gz", "new.log"]):
        (logs / name).write_bytes(b"x" * 10)
        os.utime(logs / name, (AT + age, AT + age))
    (logs / "link.log").symlink_to(logs / "keep.txt")
    folder.tidy(now=True)
    assert len(list(logs.iterdir())) == 6
    folder.most_bytes = 25
    folder.tidy(now=True)
    assert sorted(p.name for p in logs.iterdir()) == ["keep.txt", "link.log", "main.log", "new.log"]


def test_the_folder_is_looked_at_once_in_a_while(folder, tmp_path):
    folder.most_bytes = 1
    folder.write("a.log", [b"xx"])
    folder.write("b.log", [b"xx"])
    assert [p.name for p in (tmp_path / "logs").iterdir()] == ["b.log"]
