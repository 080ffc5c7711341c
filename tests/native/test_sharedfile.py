"""Many writers and one file: nothing that was said to be written is ever missing."""

import itertools
import multiprocessing
import os
import random
import select
import threading
import time
from pathlib import Path

import pytest
import yaml

from native import configfile, sharedfile
from native.configfile import ConfigFileError
from native.sharedfile import BusyFileError, SharedFile

TEXT = "# the owner's\ndebug: false # quiet\nretry: 0\n\n# keys of clients\napi-keys:\n  - first # mine\n"


@pytest.fixture
def file(tmp_path):
    found = tmp_path / "config.yaml"
    found.write_text(TEXT)
    return found


def says(file):
    return yaml.safe_load(file.read_text())


def put(**values):
    """An edit that sets these."""
    return lambda text: configfile.rewritten(text, {**yaml.safe_load(text), **values})


def test_a_change_is_in_the_file_and_comments_stay(file):
    SharedFile(file).change(put(debug=True))
    assert file.read_text() == TEXT.replace("false ", "true  ")


def test_what_changes_nothing_writes_nothing(file):
    before = file.stat().st_mtime_ns
    SharedFile(file).change(lambda text: text)
    assert file.stat().st_mtime_ns == before


def test_who_writes_between_reading_and_writing_is_read_again(file):
    met = []

    def edit(text):
        if not met:
            file.write_text(text.replace("retry: 0", "retry: 7"))
        met.append(text)
        return put(debug=True)(text)

    SharedFile(file).change(edit)
    assert len(met) == 2
    assert says(file) == {"debug": True, "retry": 7, "api-keys": ["first"]}


def test_who_writes_into_the_file_that_is_just_replaced_is_heard(file, monkeypatch):
    whole = configfile.replace

    def replace(path, content):
        """The moment in which somebody who opened the old file writes into it."""
        with Path(path).open("r+b") as old:
            whole(path, content)
            if b"retry: 9" not in content:
                old.write(TEXT.replace("retry: 0", "retry: 9").encode())

    monkeypatch.setattr(sharedfile.configfile, "replace", replace)
    found = SharedFile(file).change(put(debug=True))
    assert yaml.safe_load(found) == says(file) == {"debug": True, "retry": 9, "api-keys": ["first"]}


def test_what_is_written_from_an_older_reading_takes_nothing_back(file):
    shared = SharedFile(file)
    shared.change(put(debug=True, **{"api-keys": ["first", "ours"]}))
    file.write_text(TEXT.replace("retry: 0", "retry: 3").replace("- first", "- first\n  - theirs"))
    shared.heed()
    assert says(file) == {"debug": True, "retry": 3, "api-keys": ["first", "ours", "theirs"]}


def test_a_change_of_a_native_that_is_gone_is_not_taken_back_either(file):
    survivor = SharedFile(file)
    SharedFile(file).change(put(debug=True))
    file.write_text(TEXT.replace("retry: 0", "retry: 3"))
    survivor.heed()
    assert says(file) == {"debug": True, "retry": 3, "api-keys": ["first"]}


def test_what_another_wrote_since_is_not_forgotten_for_an_older_change(file):
    shared = SharedFile(file)
    shared.change(put(debug=True))
    file.write_text(file.read_text().replace("retry: 0", "retry: 3"))
    shared.heed()
    shared.change(put(debug=False))
    assert says(file) == {"debug": False, "retry": 3, "api-keys": ["first"]}


def test_who_undoes_a_change_later_means_it(file):
    clock = itertools.count(0, 10)
    shared = SharedFile(file, lambda: float(next(clock)))
    shared.change(put(debug=True))
    file.write_text(TEXT)
    shared.heed()
    assert says(file)["debug"] is False


def test_another_native_may_undo_it_at_once(file):
    shared = SharedFile(file)
    shared.change(put(debug=True))
    SharedFile(file).change(put(debug=False))
    shared.heed()
    assert says(file)["debug"] is False


def test_a_file_that_cannot_be_read_is_not_written_to(file):
    shared = SharedFile(file)
    file.write_text("debug: [\n")
    with pytest.raises(ConfigFileError, match="line 2, column 1"):
        shared.change(lambda text: configfile.edited(text, {"debug": True})[0])
    assert file.read_text() == "debug: [\n"


def test_an_empty_file_is_waited_for(file):
    shared = SharedFile(file)
    file.write_text("")
    writer = threading.Timer(0.02, file.write_text, [TEXT.replace("retry: 0", "retry: 5")])
    writer.start()
    shared.change(put(debug=True))
    writer.join()
    assert says(file) == {"debug": True, "retry": 5, "api-keys": ["first"]}


def test_others_who_never_rest_are_told_of(file):
    def edit(text):
        file.write_text(f"{text}# {time.monotonic_ns()}\n")
        return f"{text}more: 1\n"

    with pytest.raises(BusyFileError, match="by others all the time"):
        SharedFile(file, watched=lambda _: False).change(edit)


# ---- under fire ----------------------------------------------------------------------------------------------------


def added(text, entry):
    """A line more."""
    return f"{text}  - {entry}\n"


def set_in_place(text, entry):
    """An entry more, in a document that is read and written as a whole."""
    document = configfile.parsed(text)
    document["api-keys"].append(entry)
    return configfile.written(document)


def write_on(path, edit, name, start, told):
    """Add numbered entries, telling each one that is written."""
    shared = SharedFile(path, watched=lambda _: False)  # looking takes longer than writing
    for number in itertools.count(start):
        shared.change(lambda text, entry=f"{name}-{number}": edit(text, entry))
        os.write(told, f"{name} {number}\n".encode())


class Fire:
    """Writers that are killed and come again, and somebody who reads all the time."""

    def __init__(self, path, writers, text, edit):
        self._context = multiprocessing.get_context("fork")
        self._path, self._edit = path, edit
        self._names = [f"writer-{n}" for n in range(writers)]
        path.write_text(text)
        self._heard, self._told = os.pipe()
        self._rest = b""
        self.acknowledged: list[tuple[str, int]] = []
        self.looks = 0
        self._running = {name: self._start(name, 0) for name in self._names}

    def _start(self, name, number):
        found = self._context.Process(target=write_on, args=(self._path, self._edit, name, number, self._told))
        found.start()
        return found

    def kill_one(self):
        """End a writer in the middle of whatever it does; another goes on in its place."""
        name = random.choice(self._names)
        self._running[name].kill()
        self._running[name].join()
        self.hear(0)
        last = max((number for who, number in self.acknowledged if who == name), default=-1)
        self._running[name] = self._start(name, last + 2)

    def look(self):
        """The file is a configuration at this moment."""
        assert yaml.load(self._path.read_bytes(), Loader=yaml.CSafeLoader)["debug"] is False
        self.looks += 1

    def hear(self, patience=0.01):
        """Take what writers say that they have written."""
        while select.select([self._heard], [], [], patience)[0]:
            *lines, self._rest = (self._rest + os.read(self._heard, 65536)).split(b"\n")
            self.acknowledged += [(who, int(number)) for who, number in (line.decode().split() for line in lines)]
            patience = 0

    def end(self):
        for process in self._running.values():
            process.kill()
            process.join()
        self.hear(0)
        os.close(self._heard)
        os.close(self._told)


def under_fire(path, text, edit, *, changes, kills, writers):
    """Let writers write until so many changes are acknowledged, and kill one of them now and then."""
    fire = Fire(path, writers, text, edit)
    killed = 0
    try:
        while len(fire.acknowledged) < changes:
            fire.look()
            fire.hear()
            if len(fire.acknowledged) * (kills + 1) > changes * (killed + 1):
                fire.kill_one()
                killed += 1
    finally:
        fire.end()
    return fire


def comments_of(text):
    return [line for line in text.splitlines() if line.lstrip().startswith("#")]


def stands_the_fire(path, text, edit, **how):
    fire = under_fire(path, text, edit, **how)
    there = set(says(path)["api-keys"])
    missing = [f"{who}-{number}" for who, number in fire.acknowledged if f"{who}-{number}" not in there]
    assert missing == []
    assert comments_of(path.read_text()) == comments_of(text)
    assert fire.looks > 0


def test_two_writers_one_of_whom_is_killed_lose_no_change(tmp_path):
    stands_the_fire(tmp_path / "config.yaml", TEXT, added, changes=200, kills=2, writers=2)


LARGE = "".join(
    f"# Setting {n} of many, with what it does.\n# It may be left out.\nsetting-{n}: {n}\n\n" for n in range(100)
)


@pytest.mark.slow
def test_three_writers_lose_none_of_ten_thousand_changes_and_no_comment(tmp_path):
    stands_the_fire(tmp_path / "config.yaml", LARGE + TEXT, added, changes=10_000, kills=50, writers=3)


@pytest.mark.slow
def test_documents_that_are_written_as_a_whole_keep_every_comment(tmp_path):
    stands_the_fire(tmp_path / "config.yaml", LARGE + TEXT, set_in_place, changes=300, kills=5, writers=2)
