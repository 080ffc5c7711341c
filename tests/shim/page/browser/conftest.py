"""A real browser before a real page: Chromium, and `python -m shim.page` over a recording of golden cases."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from shim.flags.ledger import Ledger
from tests.shim.page.build import CHAT, a_recording, flag, golden, judged

ARGUMENTS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--host-resolver-rules=MAP rebound.example 127.0.0.1, MAP elsewhere.example 127.0.0.1",
)
PATIENCE = 15_000  # milliseconds
WRONG = (b'"role":"assistant"', b'"role":"<script>window.pwned=1</script>"')
WIDE, NARROW = (1280, 900), (390, 844)


@dataclass
class Served:
    """A page process over a recording."""

    origin: str
    database: Path

    @property
    def key(self):
        return self.database.with_name("page.key").read_text().strip()

    @property
    def port(self):
        return int(self.origin.rpartition(":")[2])

    def flags(self):
        with Ledger.open(self.database) as ledger:
            return {flag.scope.endpoint: str(flag.value) for flag in ledger.table().flags}


def recorded(folder):
    """Two clean exchanges, two that differ in what looks like a script, one endpoint more."""
    path = folder / "recordings.db"
    a_recording(path, golden(few=2))
    a_recording(path, golden(few=4)[2:], changed=WRONG)
    a_recording(path, golden("core-claude-claude", 2))
    flag(path, "shadow")
    judged(path)
    flag(path, "canary 5%", CHAT)
    return path


@contextmanager
def serving(database):
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "shim.page",
            str(database),
            "--port",
            "0",
            "--accepted",
            str(database.with_name("accepted.yaml")),
        ],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        first = process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", first)
        assert found, first + process.stderr.read()
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield Served(found[0], database)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        process.stderr.close()


@pytest.fixture(scope="session")
def chromium():
    """Chromium, as PATH or the environment names it."""
    from playwright.sync_api import sync_playwright

    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.fail("Chromium was not found: put it on PATH, or name it in CHROMIUM")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """A recording, made once; on a thread, for the judge needs a loop of its own and the browser has this one's."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(recorded, tmp_path_factory.mktemp("recording")).result()


@pytest.fixture
def served(template, tmp_path):
    """A page over a recording of its own."""
    path = tmp_path / "recordings.db"
    shutil.copy(template, path)
    with serving(path) as found:
        yield found


@pytest.fixture
def visit(chromium, served):
    """Opens a tab that is logged in: `visit("history", scheme="dark", size=NARROW)`."""
    contexts = []

    def open_tab(view="", *, scheme="light", size=WIDE, log_in=True):
        context = chromium.new_context(color_scheme=scheme, viewport={"width": size[0], "height": size[1]})
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        tab = context.new_page()
        tab.goto(f"{served.origin}/#/{view}")
        tab.wait_for_selector("#key")
        if log_in:
            tab.fill("#key", served.key)
            tab.keyboard.press("Enter")
            arrived(tab)
        return tab

    yield open_tab
    for context in contexts:
        context.close()


def arrived(tab):
    """Wait until the view is there."""
    tab.wait_for_selector("main:not(:has([aria-busy])):not(:has(#key)) h1")
