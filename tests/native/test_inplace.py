"""Files that keep their inode, for the sake of who watches it."""

import itertools
import shutil
import subprocess
import sys
import time

import pytest

from native import inplace
from native.sharedfile import SharedFile


@pytest.fixture
def file(tmp_path):
    found = tmp_path / "config.yaml"
    found.write_text("debug: false\nlong: 12345678901234567890\n")
    return found


def is_yaml(content):
    return content.endswith(b"\n")


def test_the_inode_stays_and_nothing_of_a_longer_text(file):
    before = file.stat().st_ino
    inplace.overwrite(file, b"short: 1\n")
    assert (file.stat().st_ino, file.read_text()) == (before, "short: 1\n")
    assert [p.name for p in file.parent.iterdir()] == ["config.yaml"]


def test_what_a_killed_writer_left_half_written_is_mended(file):
    inplace.beside(file, "next").write_text("whole: 1\n")
    file.write_text("whole: 1\nlong: 123")
    inplace.mend(file, is_yaml)
    assert file.read_text() == "whole: 1\n"
    assert [p.name for p in file.parent.iterdir()] == ["config.yaml"]


def test_a_file_that_makes_sense_is_left_as_it_is(file):
    inplace.beside(file, "next").write_text("whole: 1\n")
    inplace.mend(file, is_yaml)
    assert "debug" in file.read_text()
    inplace.mend(file, is_yaml)
    assert [p.name for p in file.parent.iterdir()] == ["config.yaml"]


@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("tail"), reason="inotify is Linux's")
def test_a_file_that_somebody_watches_by_itself_keeps_its_inode(file):
    assert not inplace.is_watched(file)
    with subprocess.Popen(["tail", "-f", "-n0", str(file)], stdout=subprocess.PIPE) as watcher:
        try:
            for _ in itertools.takewhile(lambda _: not inplace.is_watched(file), range(500)):
                time.sleep(0.01)
            before = file.stat().st_ino
            SharedFile(file).change(lambda text: text + "more: 1\n")
            assert file.stat().st_ino == before
            assert watcher.stdout.readline() == b"more: 1\n"
        finally:
            watcher.kill()
    SharedFile(file).change(lambda text: text + "again: 1\n")
    assert file.stat().st_ino != before
