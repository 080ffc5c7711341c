from pathlib import Path

import pytest

from native.section import WrongKindError
from native.settings import Settings

ENVIRONMENT = {
    "QUOTIO_PORT": "8317",
    "QUOTIO_HOST": "",
    "QUOTIO_AUTH_DIR": "/somewhere",
    "QUOTIO_PASSTHROUGH_ENABLED": "true",
    "QUOTIO_NONSENSE": "1",
    "DEBUG": "release",
}


def test_the_environment_says_what_the_configuration_does_not():
    settings = Settings.of(ENVIRONMENT)
    assert (settings.port, settings.host, settings.auth_dir) == (8317, "", Path("/somewhere"))
    assert settings.passthrough_enabled
    assert not settings.debug


def test_an_empty_environment_says_nothing():
    assert Settings.of({}) == Settings()


def test_a_value_of_the_wrong_kind_is_told():
    with pytest.raises(WrongKindError, match=r"QUOTIO_.*port.*expected a number"):
        Settings.of({"QUOTIO_PORT": "many"})


def test_the_binary_s_password_is_read_as_it_reads_it_and_never_shown():
    settings = Settings.of({"MANAGEMENT_PASSWORD": " hush "})
    assert settings.management_password == "hush"
    assert "hush" not in repr(settings)


@pytest.mark.parametrize("said", ["/somewhere/static", "/somewhere/static/management.html"])
def test_the_binary_s_folder_of_the_panel_is_native_s_too(said):
    assert Settings.of({"MANAGEMENT_STATIC_PATH": f" {said} "}).panel == Path("/somewhere/static/management.html")


def test_amps_key_is_the_variables_or_what_amp_keeps_for_itself(tmp_path):
    home = {"HOME": str(tmp_path)}
    assert Settings.of(home).amp_api_key == ""
    (tmp_path / ".local/share/amp").mkdir(parents=True)
    (tmp_path / ".local/share/amp/secrets.json").write_text('{"apiKey@https://ampcode.com/": " own "}')
    settings = Settings.of(home)
    assert settings.amp_api_key == "own"
    assert "own" not in repr(settings)
    assert Settings.of({**home, "AMP_API_KEY": " said "}).amp_api_key == "said"
