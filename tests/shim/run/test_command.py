"""`shim run` from outside: a real front and tap before a binary that tells what it sees."""

import functools
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import bcrypt
import pytest
from typer.testing import CliRunner

from shim.cli import app
from shim.run.ports import free
from tests.shim.run import build

FAKE = Path(__file__).with_name("fake_binary.py")
PATIENCE = 30
until = functools.partial(build.until, patience=PATIENCE)


@dataclass
class Running:
    """A `shim run` and the folder it works in."""

    process: subprocess.Popen
    port: int
    folder: Path

    @property
    def config(self):
        return self.folder / "config.yaml"

    def ask(self, path="/", method="GET", body=None, **headers):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body, headers, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.loads(answer.read())

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@pytest.fixture
def run(tmp_path):
    binary = tmp_path / "binary"
    binary.write_text(f'#!/bin/sh\nexec {sys.executable} {FAKE} "$@"\n')
    binary.chmod(0o755)
    port = free(0)
    config = tmp_path / "config.yaml"
    config.write_text(f"port: {port} # mine\nproxy-url: ''\ndebug: false\n")
    started = []

    def start(*words, **environment):
        command = [sys.executable, "-m", "shim.cli", "run", "--config", str(config), "--legacy-bin", str(binary)]
        command += ["--data-dir", str(tmp_path / "data"), *words]
        process = subprocess.Popen(command, env={**os.environ, **environment}, cwd=Path(__file__).parents[3])
        started.append(process)
        running = Running(process, port, tmp_path)
        until(lambda: socket.create_connection(("127.0.0.1", port)).close() is None)
        return running

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


def test_the_binary_is_started_in_disguise_and_passed_what_is_meant_for_it(run):
    running = run("--no-native", "--", "--local-model", "--no-browser", NO_PROXY="intern")
    told = running.ask()
    assert told["arguments"][-2:] == ["--local-model", "--no-browser"]
    assert told["environment"]["HTTPS_PROXY"].startswith("socks5://127.0.0.1:")
    assert told["environment"]["NO_PROXY"].startswith("intern,127.0.0.1")
    assert told["environment"]["SSL_CERT_FILE"] == str(running.folder / "data" / "tap" / "trusted.pem")
    assert f"port: {running.port} " not in told["config"]
    assert "proxy-url: socks5://legacy:" in told["config"]
    assert running.end() == 0


def test_what_a_client_changes_is_in_the_users_file_before_the_answer(run):
    running = run("--no-native")
    assert running.ask("/v0/management/debug", "PUT", b"{}") == {"status": "ok"}
    assert running.config.read_text() == f"port: {running.port} # mine\nproxy-url: ''\ndebug: true\n"
    running.config.write_text(running.config.read_text() + "api-keys: [k]\n")
    until(lambda: "api-keys" in running.ask()["config"])
    assert running.end() == 0
    assert running.config.read_text().endswith("debug: true\napi-keys: [k]\nended: true\n")


@pytest.mark.slow
def test_the_binary_picks_up_what_native_writes(run):
    running = run("--native")
    key = bcrypt.hashpw(b"owner", bcrypt.gensalt(4)).decode()
    running.config.write_text(running.config.read_text() + f"remote-management:\n  secret-key: {key}\n")
    until(lambda: key in running.ask()["config"])
    words = [sys.executable, "-m", "shim.cli", "flags", "--data-dir", str(running.folder / "data"), "set"]
    subprocess.run([*words, "PATCH /v0/management/request-retry", "native"], check=True, capture_output=True)

    def by_native():
        """The stand-in answers no PATCH at all."""
        body = b'{"value":7}'
        return running.ask("/v0/management/request-retry", "PATCH", body, Authorization="Bearer owner")

    assert until(by_native) == {"status": "ok"}
    assert "request-retry: 7" in running.config.read_text()
    assert "request-retry: 7" in running.ask()["config"]
    assert running.end() == 0


def test_a_binary_that_dies_is_started_again(run):
    running = run("--no-native")
    first = running.ask()["pid"]
    with pytest.raises((urllib.error.URLError, ConnectionError)):
        running.ask("/die", "POST", b"{}")
    assert until(lambda: running.ask()["pid"]) != first


def test_a_front_that_is_killed_is_started_again_and_no_knocker_is_refused(run):
    psutil = pytest.importorskip("psutil")
    running = run("--no-native")
    fronts = [
        p
        for p in psutil.Process(running.process.pid).children()
        if "addons" in (p.as_dict(["cmdline"])["cmdline"] or [])
    ]
    fronts[0].kill()
    fronts[0].wait()
    assert running.ask()["arguments"]  # waits in the queue until the next front takes it
    assert running.end() == 0


def test_told_to_end_it_lets_a_stream_end_first(run):
    running = run("--no-native")
    with socket.create_connection(("127.0.0.1", running.port)) as client:
        client.sendall(b"GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
        said = client.makefile("rb")
        while b"first" not in said.readline():
            pass
        running.process.send_signal(signal.SIGTERM)
        legacy = running.folder / "data" / "run" / str(running.port) / "legacy" / "config.yaml"
        port = int(legacy.read_text().split()[1])
        urllib.request.urlopen(f"http://127.0.0.1:{port}/go-on", timeout=PATIENCE).close()
        assert said.read().endswith(b"0\r\n\r\n")
    assert running.process.wait(PATIENCE) == 0


@pytest.mark.slow
def test_a_flag_sends_an_endpoint_to_native_within_a_second(run):
    running = run()
    assert "pid" in running.ask("/")
    flags = ["flags", "--data-dir", str(running.folder / "data")]
    assert CliRunner().invoke(app, [*flags, "set", "GET /", "native"]).exit_code == 0
    until(lambda: running.ask("/").get("message"))  # native is started when it is first wanted
    assert CliRunner().invoke(app, [*flags, "set", "GET /", "legacy"]).exit_code == 0
    set_at = time.monotonic()
    until(lambda: "pid" in running.ask("/"))
    assert time.monotonic() - set_at < 1
    assert running.end() == 0


@pytest.mark.parametrize(
    ("words", "said", "status"),
    [
        ([], "name either", 2),
        (["--legacy", "http://127.0.0.1:1", "--legacy-bin", "x"], "name either", 2),
        (["--legacy-bin", "/no/such"], "--config", 1),
        (["--legacy", "nowhere", "--no-tap", "--port", "0"], "http://host:port", 1),
    ],
)
def test_what_cannot_be_run_is_said(tmp_path, words, said, status):
    if "--port" in words:
        words = [*words[:-1], str(free(0))]
    done = CliRunner().invoke(app, ["run", "--data-dir", str(tmp_path), *words])
    assert done.exit_code == status
    assert said in done.stderr
