from pathlib import Path

import pytest
from pydantic import ValidationError

from native.settings import Settings


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.setenv("QUOTIO_PORT", "8317")
    monkeypatch.setenv("QUOTIO_HOST", "")
    monkeypatch.setenv("QUOTIO_AUTH_DIR", "/somewhere")
    monkeypatch.setenv("QUOTIO_PASSTHROUGH_ENABLED", "true")
    monkeypatch.setenv("QUOTIO_NONSENSE", "1")


def test_the_environment_says_what_the_configuration_does_not():
    settings = Settings()
    assert (settings.port, settings.host, settings.auth_dir) == (8317, "", Path("/somewhere"))
    assert settings.passthrough_enabled


def test_what_is_given_outright_comes_first():
    assert Settings(port=1).port == 1


def test_a_value_of_the_wrong_kind_is_told(monkeypatch):
    monkeypatch.setenv("QUOTIO_PORT", "many")
    with pytest.raises(ValidationError, match="port"):
        Settings()
