import sqlite3
import stat
import subprocess
import sys
from contextlib import closing

import pytest
from sqlite_utils import Database

from shim.store import Store
from shim.store.connection import connect, connect_to_read
from shim.store.schema import migrations


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_every_file_is_the_owners_alone(tmp_path):
    with Store(tmp_path / "new" / "r.db") as store, store.transaction():
        store.bodies.put(b"x")
        files = list((tmp_path / "new").iterdir())
        assert {file.name for file in files} == {"r.db", "r.db-wal", "r.db-shm"}
        assert {mode(file) for file in files} == {0o600}
    assert mode(tmp_path / "new") == 0o700


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path):
    path = tmp_path / "r.db"
    path.touch(mode=0o644)
    connect(path).close()
    assert mode(path) == 0o600


def test_the_log_is_written_ahead(tmp_path):
    with closing(connect(tmp_path / "r.db")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_every_step_is_applied_once(tmp_path):
    path = tmp_path / "r.db"
    for _ in range(2):
        connection = connect(path)
        assert not migrations.pending(Database(connection))
        connection.close()


def test_a_step_that_breaks_off_leaves_nothing(tmp_path):
    with closing(connect(tmp_path / "r.db")) as connection:
        connection.executescript("DROP TABLE flags; DELETE FROM _sqlite_migrations WHERE name = 'flags'")
        connection.executescript("DROP TABLE flag_history; CREATE TABLE flag_history (other)")
        with pytest.raises(sqlite3.OperationalError):
            migrations.apply(Database(connection))
        assert connection.execute("SELECT name FROM sqlite_master WHERE name = 'flags'").fetchall() == []


def test_a_reader_cannot_write(tmp_path):
    connect(tmp_path / "r.db").close()
    reader = connect_to_read(tmp_path / "r.db")
    with closing(reader), pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("DELETE FROM flags")


def test_a_reader_of_nothing_makes_nothing(tmp_path):
    with pytest.raises(sqlite3.OperationalError):
        connect_to_read(tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()


def test_processes_that_start_at_once_make_the_tables_once(tmp_path):
    code = "import sys; from pathlib import Path; from shim.store import Store; Store(Path(sys.argv[1])).close()"
    running = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "r.db")]) for _ in range(4)]
    assert [process.wait(60) for process in running] == [0, 0, 0, 0]


def test_what_others_write_is_seen_after_this_process_opened_the_file_again(tmp_path):
    path = tmp_path / "r.db"
    write = (
        "import sqlite3, sys; sql = sqlite3.connect(sys.argv[1], isolation_level=None);"
        " sql.execute('INSERT INTO sessions (began) VALUES (1)'); sql.close()"
    )
    connect(path).close()
    with closing(connect_to_read(path)) as reader:
        assert reader.execute("SELECT count(*) FROM sessions").fetchone() == (0,)
        with closing(connect(path)):  # must leave the reader its lock, or the last writer takes the log away
            for written in (1, 2):
                subprocess.run([sys.executable, "-c", write, path], check=True)
                assert reader.execute("SELECT count(*) FROM sessions").fetchone() == (written,)
