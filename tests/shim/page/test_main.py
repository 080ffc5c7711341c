"""The page as a process: it says where it is and never the key, and ends when told."""

import re
import signal
import stat
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

PATIENCE = 60  # seconds


@pytest.fixture
def process(tmp_path):
    command = [sys.executable, "-m", "shim.page", str(tmp_path / "data" / "recordings.db"), "--port", "0"]
    found = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    yield found
    found.kill()
    found.wait()
    found.stderr.close()


def test_it_makes_what_is_not_there_says_where_it_is_and_ends_when_told(process, tmp_path):
    said = process.stderr.readline()
    address = re.search(r"http://127\.0\.0\.1:\d+", said)[0]
    key = (tmp_path / "data" / "page.key").read_text().strip()
    assert str(tmp_path / "data" / "page.key") in said
    assert key not in said
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "data").iterdir()} == {0o600}
    with urllib.request.urlopen(f"{address}/", timeout=PATIENCE) as answer:
        assert b"Control room" in answer.read()
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(f"{address}/api/overview", timeout=PATIENCE)
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
