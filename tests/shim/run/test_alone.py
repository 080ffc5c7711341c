"""Native alone is kept alive on the clients' socket, and says when it lets them in."""

import socket

import pytest

from shim.run.alone import Alone
from shim.run.wishes import Wishes

SAYS = 'echo \'{"native": "ready"}\'\n'


@pytest.fixture
def alone(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as clients:

        def build(script):
            program = tmp_path / "native"
            program.write_text(f"#!/bin/sh\n{script}exec sleep 60\n")
            program.chmod(0o755)
            config = tmp_path / "config.yaml"
            wishes = Wishes("", tmp_path / "binary", config, tmp_path, native_bin=program, drain=0.0)
            return Alone(wishes, clients, {"QUOTIO_PORT": "1", "PATH": "/usr/bin:/bin"}, "python")

        yield build


async def test_it_is_ready_when_it_says_so(alone):
    native = alone(SAYS)
    native.start()
    assert await native.ready(20)
    await native.leave()
    assert not native._native.running


async def test_it_is_not_ready_before(alone):
    native = alone("")
    native.start()
    assert not await native.ready(0.1)
    await native.end(20)
    assert not native._native.running


async def test_what_else_it_says_is_passed_on(alone, capfdbinary):
    native = alone(f"echo hello\n{SAYS}")
    native.start()
    assert await native.ready(20)
    await native.end(20)
    assert b"hello" in capfdbinary.readouterr().out
