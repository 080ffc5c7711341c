import asyncio
import signal
import sys
from pathlib import Path

import pytest

from native.__main__ import main, parser, stores_of
from native.config import parse
from native.settings import Settings


@pytest.mark.parametrize("spelling", ["--config", "-config"])
def test_the_binarys_own_flags_are_taken(spelling):
    asked = parser().parse_args([spelling, "c.yaml", "--local-model", "-no-browser"])
    assert (asked.config, asked.local_model, asked.no_browser, asked.workers) == (Path("c.yaml"), True, True, 1)


def test_a_broken_configuration_ends_the_start_in_words(tmp_path, capsys):
    (tmp_path / "config.yaml").write_text("- a")
    assert main(["--config", str(tmp_path / "config.yaml")]) == 1
    assert "config.yaml" in capsys.readouterr().err


def test_the_environments_folder_comes_before_the_configurations(tmp_path):
    config = parse({"auth-dir": "~/mine"})
    assert stores_of(config, Settings(), tmp_path / "c.yaml").auth_dir == Path("~/mine").expanduser()
    assert stores_of(config, Settings(auth_dir=tmp_path), tmp_path / "c.yaml").auth_dir == tmp_path
    assert stores_of(config, Settings(auth_dir=tmp_path), Path("c.yaml")).usage_file == tmp_path / "usage.jsonl"


async def test_it_serves_on_loopback_and_lets_what_has_begun_end(tmp_path, unused_tcp_port):
    (tmp_path / "config.yaml").write_text(f"port: {unused_tcp_port}\nauth-dir: {tmp_path}\n")
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "native", "--config", tmp_path / "config.yaml")
    try:
        async with asyncio.timeout(60):
            while True:
                try:
                    reader, writer = await asyncio.open_connection("127.0.0.1", unused_tcp_port)
                    break
                except OSError:
                    await asyncio.sleep(0.05)
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX-Metadata: " + b"m" * 100_000 + b"\r\n\r\n")
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            writer.close()
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
