"""The plugin gives each recorded case as a test."""

import gzip
import subprocess
import sys
from pathlib import Path

GOLDEN = Path(__file__).parents[2] / "recordings" / "golden" / "edge-auth.jsonl.gz"


PLUGINS = ("-p", "no:anyio", "-p", "shim.pytest_plugin")


def run(folder, *lines):
    with gzip.open(folder / "some.jsonl.gz", "wb") as out:
        out.writelines(lines)
    command = [sys.executable, "-m", "pytest", *PLUGINS, "-q", "--no-header", "-c", "/dev/null", "some.jsonl.gz"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_clean_case_passes_and_a_changed_one_fails_with_its_path(tmp_path):
    with gzip.open(GOLDEN, "rb") as lines:
        first = next(line for line in lines if b'"status":401' in line)
    changed = first.replace(b'"status":401', b'"status":402').replace(b'"case":"', b'"case":"changed-')
    found = run(tmp_path, first, changed)
    assert "1 failed, 1 passed" in found.stdout
    assert "exchanges[0].response.status: changed" in found.stdout
