"""Where things lie is said by the command line before the environment."""

from pathlib import Path

from shim import settings
from shim.run.places import DATABASE


def test_a_folder_that_is_named_comes_before_the_users_own(monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", "/users/own")
    assert settings.data_dir() == Path("/users/own/cliproxy-cutover")
    assert settings.data_dir(Path("/named")) == Path("/named")


def test_the_recording_lies_in_that_folder(monkeypatch):
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("HOME", "/users/ann")
    assert settings.database() == Path("/users/ann/.local/share/cliproxy-cutover") / DATABASE
    assert settings.database(Path("/named")) == Path("/named") / DATABASE


def test_what_we_start_inherits_what_we_were_told(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://work:1")
    assert settings.environment()["HTTPS_PROXY"] == "http://work:1"
