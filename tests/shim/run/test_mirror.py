"""The user's configuration and its copies say the same, whoever changes which."""

import os

import pytest

from shim.run.disguise import Disguise
from shim.run.mirror import SLOWNESS, Copy, Mirror

TEXT = "port: 8317 # mine\nproxy-url: http://work:3128\ndebug: false\n"


@pytest.fixture
def mirror(tmp_path):
    user = tmp_path / "config.yaml"
    user.write_text(TEXT)
    copies = [
        Copy(tmp_path / "run" / who / "config.yaml", Disguise(who, port, 18318))
        for who, port in (("legacy", 18317), ("native", 18319))
    ]
    found = Mirror(user, copies)
    found.begin()
    found.poll()
    return found


def says(mirror):
    """What each file says of debug."""
    return [("debug: true" in path.read_text()) for path in (mirror.user, *(copy.path for copy in mirror.copies))]


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def switch_on(path):
    """Say in a file that debug is on."""
    edit(path, "debug: false", "debug: true")


def switch_off(path):
    """Say in a file that it is off."""
    edit(path, "debug: true", "debug: false")


@pytest.fixture
def legacy(mirror):
    """The binary's copy."""
    return mirror.copies[0].path


@pytest.fixture
def native(mirror):
    """Native's."""
    return mirror.copies[1].path


def test_copies_are_the_owners_alone(mirror):
    for copy in mirror.copies:
        assert copy.path.stat().st_mode & 0o777 == 0o600
        assert copy.path.parent.stat().st_mode & 0o777 == 0o700


def test_an_untouched_configuration_is_left_alone(mirror):
    assert not mirror.poll()
    assert mirror.user.read_text() == TEXT


def test_what_the_user_changes_reaches_every_copy(mirror):
    switch_on(mirror.user)
    assert mirror.poll()
    assert says(mirror) == [True, True, True]
    assert not mirror.poll()


@pytest.mark.parametrize("which", [0, 1])
def test_what_a_process_changes_reaches_the_user_and_the_other(mirror, which):
    switch_on(mirror.copies[which].path)
    assert mirror.poll()
    assert says(mirror) == [True, True, True]
    assert mirror.user.read_text() == TEXT.replace("false", "true")
    assert not mirror.poll()


def test_the_file_a_process_wrote_is_not_written_again(mirror, legacy):
    edit(legacy, "debug: false", "debug:    true")
    before = legacy.stat().st_mtime_ns
    mirror.poll()
    assert legacy.stat().st_mtime_ns == before


def test_a_proxy_that_a_process_sets_goes_to_the_user_and_behind_the_tap(mirror):
    copy = mirror.copies[0]
    edit(copy.path, copy.disguise.proxy("http://work:3128"), "socks5://new:1080")
    mirror.poll()
    assert "proxy-url: socks5://new:1080" in mirror.user.read_text()
    for each in mirror.copies:
        assert each.disguise.proxy("socks5://new:1080") in each.path.read_text()


def test_a_whole_configuration_put_in_by_a_client_is_disguised_again(mirror):
    copy = mirror.copies[0]
    copy.path.write_text("port: 8317\nproxy-url: ''\ndebug: true\n")
    mirror.poll()
    assert mirror.user.read_text() == "port: 8317\nproxy-url: ''\ndebug: true\n"
    assert "port: 18317" in copy.path.read_text()


def test_where_both_changed_both_changes_are_kept(mirror, legacy, native):
    switch_on(mirror.user)
    edit(legacy, "debug: false", "debug: false\nlogging: 1")
    edit(native, "debug: false", "debug: false\nretry: 2")
    mirror.poll()
    for path in (mirror.user, *(copy.path for copy in mirror.copies)):
        assert [word in path.read_text() for word in ("debug: true", "logging: 1", "retry: 2")] == [True] * 3, path
    assert mirror.user.read_text().startswith("port: 8317 # mine\n")
    assert not mirror.poll()


def test_where_both_changed_one_place_the_users_word_holds(mirror, legacy):
    switch_on(mirror.user)
    edit(legacy, "debug: false", "debug: maybe")
    mirror.poll()
    assert says(mirror) == [True, True, True]


def test_what_a_process_wrote_before_it_noticed_takes_nothing_back(mirror, legacy, native):
    switch_on(native)
    mirror.poll()
    edit(legacy, "debug: true", "debug: false\nretry: 3")
    mirror.poll()
    assert says(mirror) == [True, True, True]
    assert "retry: 3" in mirror.user.read_text()
    assert "retry: 3" in native.read_text()


def test_what_a_process_wrote_when_it_knew_is_meant(mirror, legacy, native):
    now = mirror.now()
    mirror.now = lambda: now
    switch_on(native)
    mirror.poll()
    assert mirror.unsettled("legacy") == SLOWNESS
    now += SLOWNESS
    assert mirror.unsettled("legacy") == 0
    switch_off(legacy)
    mirror.poll()
    assert says(mirror) == [False, False, False]


def test_a_process_may_undo_at_once_what_it_did_itself(mirror, legacy):
    switch_on(legacy)
    mirror.poll()
    assert mirror.unsettled("legacy") == 0
    switch_off(legacy)
    mirror.poll()
    assert says(mirror) == [False, False, False]


def test_an_editor_that_was_open_meanwhile_takes_nothing_back(mirror, legacy):
    switch_on(legacy)
    mirror.poll()
    mirror.user.write_text(TEXT + "retry: 3\n")
    mirror.poll()
    assert says(mirror) == [True, True, True]
    assert "retry: 3" in legacy.read_text()


def test_the_users_file_is_replaced_as_a_whole_and_keeps_its_mode(mirror, legacy):
    mirror.user.chmod(0o640)
    before = mirror.user.stat().st_ino
    switch_on(legacy)
    mirror.poll()
    assert mirror.user.stat().st_ino != before
    assert mirror.user.stat().st_mode & 0o777 == 0o640
    assert sorted(p.name for p in mirror.user.parent.iterdir()) == ["config.yaml", "run"]


def test_a_copy_stays_the_very_file_that_the_binary_watches(mirror):
    before = [copy.path.stat().st_ino for copy in mirror.copies]
    switch_on(mirror.user)
    mirror.poll()
    assert [copy.path.stat().st_ino for copy in mirror.copies] == before


def test_a_file_that_is_just_being_written_is_left_until_it_is_whole(mirror, legacy, native):
    legacy.write_text("")
    mirror.poll()
    assert mirror.user.read_text() == TEXT
    mirror.user.write_text("")
    mirror.poll()
    assert "debug" in native.read_text()


def test_a_user_file_that_is_gone_for_a_moment_changes_nothing(mirror, caplog):
    mirror.user.rename(mirror.user.with_suffix(".old"))
    assert not mirror.poll()
    assert "cannot be read" in caplog.text
    mirror.user.with_suffix(".old").rename(mirror.user)
    mirror.poll()
    assert says(mirror) == [False, False, False]


def test_what_changed_while_nobody_looked_is_found(mirror, legacy):
    switch_on(legacy)
    later = Mirror(mirror.user, [Copy(copy.path, copy.disguise) for copy in mirror.copies])
    later.resume()
    later.poll()
    assert says(later) == [True, True, True]


def test_what_a_process_wrote_at_its_end_is_kept(mirror, legacy):
    switch_on(legacy)
    os.utime(mirror.user, (1, 1))
    mirror.settle()
    assert mirror.user.read_text() == TEXT.replace("false", "true")


def test_a_copys_text_reads_as_the_users_wherever_it_is_shown(mirror, legacy):
    assert mirror.lifted(legacy.read_bytes()) == TEXT.encode()
    assert mirror.host_as_json() == b'""'
    assert not mirror.amp_is_local()
    edit(mirror.user, "debug: false", "ampcode:\n  restrict-management-to-localhost: true")
    mirror.poll()
    assert mirror.amp_is_local()


def test_a_process_that_changes_its_mind_quickly_is_taken_at_its_word(mirror):
    copy = mirror.copies[0]
    edit(copy.path, "debug: false", "debug: false\nkeys: [a, b]")
    mirror.poll()
    edit(copy.path, "keys: [a, b]", "keys: [a, c]")
    mirror.poll()
    assert mirror.user.read_text().endswith("keys: [a, c]\n")
