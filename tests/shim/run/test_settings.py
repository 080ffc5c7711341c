"""What the front's process is told is what was meant."""

from pathlib import Path

from shim.run.disguise import Disguise
from shim.run.settings import Copied, FrontSettings

COPY = Copied("/x/config.yaml", "legacy", 18317)


def test_one_line_carries_everything():
    settings = FrontSettings(
        3, "127.0.0.1:1", "/x/r.db", tap=4, tap_port=5, copies=(COPY,), environment={"no_proxy": "a\nb"}
    )
    assert settings.dump().count(b"\n") == 1
    assert FrontSettings.load(settings.dump()) == settings


def test_addresses_and_paths_are_read():
    settings = FrontSettings(3, "127.0.0.1:18317", "", config="/x/config.yaml")
    assert settings.legacy_address == ("127.0.0.1", 18317)
    assert settings.config_path == Path("/x/config.yaml")
    assert FrontSettings(3, ":1", "").legacy_address == ("127.0.0.1", 1)
    assert FrontSettings(3, ":1", "").config_path is None


def test_a_copys_disguise_names_the_tap_only_where_there_is_one():
    with_tap = FrontSettings(3, ":1", "", tap=4, tap_port=18318)
    assert with_tap.disguise(COPY) == Disguise("legacy", 18317, 18318)
    assert FrontSettings(3, ":1", "", tap_port=18318).disguise(COPY) == Disguise("legacy", 18317, None)
