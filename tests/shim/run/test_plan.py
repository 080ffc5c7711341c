"""What is to be started follows from the command line, the configuration and the environment."""

import socket
from pathlib import Path

import pytest
import yaml

from shim.run.places import data_dir
from shim.run.plan import plan
from shim.run.ports import bind, free, number_of
from shim.run.settings import FrontSettings
from shim.run.wishes import PlanError, Wishes


@pytest.fixture
def wish(tmp_path):
    binary = tmp_path / "binary"
    binary.write_text("#!/bin/sh\n")
    binary.chmod(0o755)
    config = tmp_path / "config.yaml"
    config.write_text(f"port: {free(0)}\nauth-dir: here\nproxy-url: http://work:1\n")

    def wishes(**more):
        given = {"legacy": "", "legacy_bin": binary, "config": config, "data_dir": tmp_path / "data", **more}
        return Wishes(**given)

    return wishes


@pytest.fixture
def planned(tmp_path):
    made = []

    def make(wishes, **environment):
        roots = tmp_path / "roots.pem"
        roots.write_text("-----BEGIN CERTIFICATE-----\n")
        made.append(plan(wishes, {"SSL_CERT_FILE": str(roots), "HOME": str(tmp_path), **environment}, "python"))
        return made[-1]

    yield make
    for found in made:
        for sock in (*found.sockets, *found.reserved):
            sock.close()


def test_the_front_takes_the_port_of_the_configuration_and_the_binary_another(wish, planned):
    found = planned(wish())
    port = yaml.safe_load(wish().config.read_text())["port"]
    assert found.sockets[0].getsockname() == ("127.0.0.1", port)
    told = yaml.safe_load(found.mirror.copies[0].path.read_text())
    assert told["port"] == found.settings.legacy_address[1] != port
    assert told["auth-dir"] == "here"
    assert found.legacy[:3] == (str(wish().legacy_bin), "--config", str(found.mirror.copies[0].path))


def test_a_binary_named_from_here_is_started_from_here(wish, planned, monkeypatch):
    binary = wish().legacy_bin
    monkeypatch.chdir(binary.parent)
    assert planned(wish(legacy_bin=Path(binary.name))).legacy[0] == str(binary)


def test_the_front_is_refused_to_knockers_until_it_listens(wish, planned):
    found = planned(wish())
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(found.sockets[0].getsockname())


def test_the_binary_is_sent_through_the_tap_by_configuration_and_environment_alone(wish, planned):
    found = planned(wish(), NO_PROXY="intern.example")
    tap = found.sockets[1].getsockname()[1]
    assert yaml.safe_load(found.mirror.copies[0].path.read_text())["proxy-url"].endswith(f"@127.0.0.1:{tap}")
    assert found.environment["HTTPS_PROXY"] == f"socks5://127.0.0.1:{tap}"
    assert found.environment["NO_PROXY"] == "intern.example,127.0.0.1,localhost,::1"
    assert found.environment["SSL_CERT_FILE"] == str(found.authority.bundle)
    assert "http://work:1" in wish().config.read_text()


def test_where_the_front_is_to_listen_is_not_told_to_native(wish, planned):
    found = planned(wish(), QUOTIO_PORT="8317", QUOTIO_HOST="0.0.0.0", QUOTIO_AUTH_DIR="/a")
    assert {name for name in found.environment if name.startswith("QUOTIO_")} == {"QUOTIO_AUTH_DIR"}


def test_the_users_own_proxies_are_told_to_the_tap_and_nothing_else_is(wish, planned):
    found = planned(wish(), HTTPS_PROXY="http://work:1", SECRET="s")
    assert found.settings.environment == {"HTTPS_PROXY": "http://work:1"}


def test_settings_reach_the_fronts_process_as_they_are(wish, planned):
    settings = planned(wish()).settings
    assert FrontSettings.load(settings.dump()) == settings


def test_without_a_tap_nothing_says_a_word_of_it(wish, planned):
    found = planned(wish(tap=False))
    assert found.settings.tap is None
    assert "HTTPS_PROXY" not in found.environment
    assert yaml.safe_load(found.mirror.copies[0].path.read_text())["proxy-url"] == "http://work:1"


def test_arguments_of_the_binary_are_passed_on(wish, planned):
    assert planned(wish(extra=("--local-model", "--no-browser"))).legacy[-2:] == ("--local-model", "--no-browser")


@pytest.mark.parametrize(("said", "host"), [("''", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("localhost", "127.0.0.1")])
def test_nothing_listens_beyond_loopback_unless_told(wish, planned, said, host):
    wish().config.write_text(f"port: {free(0)}\nhost: {said}\n")
    assert planned(wish()).sockets[0].getsockname()[0] == host


def test_told_to_it_listens_everywhere(wish, planned):
    assert planned(wish(host="0.0.0.0")).sockets[0].getsockname()[0] == "0.0.0.0"


def test_attached_it_asks_the_binary_that_runs(wish, planned):
    port = free(0)
    found = planned(wish(legacy="http://127.0.0.1:1234/", legacy_bin=None, config=None, port=port, tap=False))
    assert found.settings.legacy_address == ("127.0.0.1", 1234)
    assert found.sockets[0].getsockname()[1] == port
    assert (found.legacy, found.native, found.mirror) == ((), (), None)


def test_native_has_a_copy_of_its_own(wish, planned):
    found = planned(wish())
    legacy, native = found.mirror.copies
    assert yaml.safe_load(native.path.read_text())["port"] == found.settings.native
    assert native.path != legacy.path
    assert found.native[3:5] == ("--config", str(native.path))
    assert planned(wish(native=False, port=free(0))).native == ()


def test_logs_lie_beside_the_users_configuration(wish, planned, tmp_path):
    for copy in planned(wish()).mirror.copies:
        (copy.path.parent / "logs" / "a.log").write_text("said")
    assert (tmp_path / "logs" / "a.log").read_text() == "said"


def test_tls_is_the_fronts_and_not_the_binarys(wish, planned):
    pem = wish().legacy_bin
    wish().config.write_text(f"port: {free(0)}\ntls:\n  enable: true\n  cert: {pem}\n  key: {pem}\n")
    found = planned(wish())
    assert (found.settings.tls_certificate, found.settings.tls_key) == (str(pem), str(pem))
    assert found.address.startswith("https://")
    assert not yaml.safe_load(found.mirror.copies[0].path.read_text())["tls"]["enable"]


def test_a_certificate_that_is_not_there_is_named(wish, planned):
    wish().config.write_text(f"port: {free(0)}\ntls:\n  enable: true\n  cert: /no/such.pem\n  key: k\n")
    with pytest.raises(PlanError, match=r"/no/such\.pem"):
        planned(wish())


def test_a_port_that_is_taken_is_said_with_what_to_do(wish, planned):
    port = yaml.safe_load(wish().config.read_text())["port"]
    with bind("127.0.0.1", port) as taken:
        taken.listen()
        with pytest.raises(PlanError, match="stop it or move it"):
            planned(wish())


def test_two_that_start_at_once_share_no_port(wish, planned):
    first = planned(wish())
    wish().config.write_text(f"port: {free(0)}\n")
    second = planned(wish())
    ports = [number_of(sock) for found in (first, second) for sock in (*found.sockets, *found.reserved)]
    assert len(set(ports)) == len(ports) == 8


def test_a_process_may_listen_on_the_port_that_is_held_for_it(wish, planned):
    with socket.create_server(planned(wish()).settings.legacy_address):
        pass


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"config": None}, "--config"),
        ({"legacy": "ftp:/x", "legacy_bin": None, "tap": False}, "http://host:port"),
    ],
)
def test_what_cannot_be_started_is_said(wish, planned, more, said):
    with pytest.raises(PlanError, match=said):
        planned(wish(**more))


def test_a_configuration_that_cannot_be_read_and_a_binary_that_cannot_be_run_are_named(wish, planned, tmp_path):
    with pytest.raises(PlanError, match=r"no\.yaml cannot be read"):
        planned(wish(config=tmp_path / "no.yaml"))
    wish().legacy_bin.chmod(0o644)
    with pytest.raises(PlanError, match="no program"):
        planned(wish(tap=False))


def test_an_installation_lives_where_the_system_keeps_such_things():
    assert str(data_dir({"XDG_DATA_HOME": "/x"})) == "/x/cliproxy-cutover"
    assert str(data_dir({"HOME": "/home/ann"})) == "/home/ann/.local/share/cliproxy-cutover"
