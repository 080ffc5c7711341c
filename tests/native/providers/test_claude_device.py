import pytest

from native.config import ClaudeHeaderDefaults
from native.providers.claude_device import Device, Devices, configured, passing

BASE = Device(system="Linux", machine="x64")
WEEK = 7 * 24 * 3600


class Clock:
    def __init__(self):
        self.at = 0.0

    def now(self):
        return self.at


def cli(version, **headers):
    return {"user-agent": f"claude-cli/{version} (external, cli)", **headers}


@pytest.mark.parametrize(
    ("agent", "version"),
    [("claude-cli/2.1.63 (external, cli)", (2, 1, 63)), (" claude-cli/10.0.0-beta", (10, 0, 0)), ("curl/8.1.2", None)],
)
def test_a_release_is_read_off_the_agent(agent, version):
    assert Device(agent=agent).version == version


def test_a_release_is_newer_by_numbers_and_than_none():
    assert Device(agent="claude-cli/2.10.0").newer(Device(agent="claude-cli/2.9.9"))
    assert Device(agent="claude-cli/0.0.1").newer(Device(agent="curl"))
    assert not Device(agent="curl").newer(Device(agent="curl"))


def test_the_configuration_fills_what_it_names():
    device = configured(ClaudeHeaderDefaults(user_agent=" mine/1 ", os="Windows"))
    assert device == Device(agent="mine/1", system="Windows")


def test_without_a_kept_device_a_clients_headers_pass():
    headers = passing(BASE, cli("9.9.9", **{"x-stainless-os": "BeOS", "x-stainless-package-version": " "}), {})
    assert headers["User-Agent"] == "claude-cli/9.9.9 (external, cli)"
    assert headers["X-Stainless-Os"] == "BeOS"
    assert headers["X-Stainless-Package-Version"] == BASE.package


def test_another_programs_name_does_not_pass():
    assert passing(BASE, {"user-agent": "curl/8"}, {})["User-Agent"] == BASE.agent


def test_the_keys_own_headers_are_not_spoken_over():
    own = {"user-agent": "own/1", "x-stainless-os": "Own"}
    assert not {"User-Agent", "X-Stainless-Os"} & passing(BASE, cli("9.9.9"), own).keys()


def test_a_kept_device_rises_with_its_client_and_never_falls():
    devices, clock = Devices(), Clock()
    shown = [
        devices.of("k", BASE, client, clock).agent.split()[0]
        for client in ({}, cli("2.2.0"), cli("2.1.90"), {"user-agent": "curl"}, cli("2.3.0"), cli("1.0.0"))
    ]
    assert shown == [f"claude-cli/{v}" for v in ("2.1.63", "2.2.0", "2.2.0", "2.2.0", "2.3.0", "2.3.0")]


def test_a_kept_device_is_on_the_configured_system():
    device = Devices().of("k", BASE, cli("9.0.0", **{"x-stainless-os": "BeOS"}), Clock())
    assert (device.system, device.machine) == ("Linux", "x64")


def test_a_kept_device_is_its_keys_alone_and_forgotten_after_a_week():
    devices, clock = Devices(), Clock()
    devices.of("k", BASE, cli("9.0.0"), clock)
    assert devices.of("other", BASE, {}, clock) == BASE
    clock.at = WEEK - 1
    assert devices.of("k", BASE, {}, clock).version == (9, 0, 0)
    clock.at = 2 * WEEK
    assert devices.of("k", BASE, {}, clock) == BASE


def test_a_configuration_that_moves_on_takes_kept_devices_along():
    devices, clock = Devices(), Clock()
    devices.of("k", BASE, cli("3.0.0"), clock)
    newer = Device(agent="claude-cli/4.0.0", package="9", system="Windows")
    assert devices.of("k", newer, {}, clock) == newer
