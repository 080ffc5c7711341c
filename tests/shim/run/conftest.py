"""A binary and its configuration."""

import pytest

from shim.run.ports import free


@pytest.fixture
def binary(tmp_path):
    """A program that runs, and does nothing."""
    found = tmp_path / "binary"
    found.write_text("#!/bin/sh\nexec sleep 60\n")
    found.chmod(0o755)
    return found


@pytest.fixture
def config(tmp_path):
    """Its configuration: a port that is free just now."""
    found = tmp_path / "config.yaml"
    found.write_text(f"port: {free(0)}\n")
    return found
