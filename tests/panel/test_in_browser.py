"""The published control panel, in a real browser, on native: every page of it, and what one does there.

`MANAGEMENT_PANEL` names a built `management.html`; none is kept or fetched here.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bcrypt
import pytest
import yaml

pytestmark = pytest.mark.browser

SECRET = "owner-key"
HASH = bcrypt.hashpw(SECRET.encode(), bcrypt.gensalt(4)).decode()
ROOT = Path(__file__).parents[2]
PATIENCE = 30
MOMENT = 1500  # milliseconds: a page asks for what it shows a moment after it is shown
PAGES = (
    *("/", "/dashboard", "/config", "/ai-providers", "/auth-files", "/auth-files/oauth-excluded"),
    *("/auth-files/oauth-model-alias", "/oauth", "/quota", "/usage", "/logs", "/system"),
    *("/ai-providers/ampcode", "/ai-providers/claude/new", "/ai-providers/claude/0", "/ai-providers/codex/new"),
    *("/ai-providers/gemini/0", "/ai-providers/openai/0", "/ai-providers/openai/new", "/ai-providers/vertex/new"),
)
ELSEWHERE = ("/latest-version", "/api-call")  # what these say is not this server's doing: it is kept from the network
UNKNOWN = ("/plugins", "/plugin-store", "/api-key-usage")  # newer than the pinned legacy, which answers 404 too
TREE: dict[str, Any] = {
    "host": "127.0.0.1",
    "remote-management": {"secret-key": HASH},
    "proxy-url": "http://127.0.0.1:9",
    "api-keys": ["sk-client-1"],
    "usage-statistics-enabled": True,
    "logging-to-file": True,
    "claude-api-key": [{"api-key": "sk-up-1", "models": [{"name": "m1", "alias": "a1"}]}],
    "gemini-api-key": [{"api-key": "sk-up-2", "excluded-models": ["model-a"]}],
    "openai-compatibility": [{"name": "p", "base-url": "http://127.0.0.1:9", "api-key-entries": [{"api-key": "k"}]}],
    "oauth-excluded-models": {"claude": ["model-a"]},
}
LOG_IN = {"type": "claude", "email": "somebody@example.test", "access_token": "at", "refresh_token": "rt"}


@dataclass
class Panel:
    """The panel in a page, and what went wrong in it."""

    page: Any
    port: int
    file: Path
    wrong: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)

    def hear(self) -> None:
        """Take down every error that the page, its console or the server tells of."""
        self.page.on("pageerror", lambda error: self.wrong.append(f"{self.page.url}: {error}"))
        self.page.on("response", self._answered)

    def _answered(self, response: Any) -> None:
        path = response.url.partition("/v0/management")[2]
        if not path:
            return
        self.asked.add(f"{response.request.method} {path.partition('?')[0]}")
        expected = path.startswith((*ELSEWHERE, *UNKNOWN))
        if response.status >= 400 and not expected:
            self.wrong.append(f"{response.request.method} {path}: {response.status} {response.text()[:200]}")

    def go(self, path: str) -> None:
        """Open one of its pages, by its link where it has one, and let it ask for what it shows."""
        link = self.page.locator(f'a[href="#{path}"]')
        if link.count():
            link.first.click()
        else:
            self.page.evaluate("path => { location.hash = path }", path)
        self.page.wait_for_timeout(MOMENT)


@pytest.fixture
def panel(tmp_path):
    """Native with the panel beside its configuration, and its owner logged in."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    (tmp_path / "static").mkdir()
    shutil.copy(os.environ["MANAGEMENT_PANEL"], tmp_path / "static" / "management.html")
    (tmp_path / "auth").mkdir()
    (tmp_path / "auth" / "one.json").write_text(json.dumps(LOG_IN))
    file = tmp_path / "config.yaml"
    file.write_text(yaml.safe_dump({**TREE, "port": port, "auth-dir": str(tmp_path / "auth")}))
    process = subprocess.Popen([sys.executable, "-m", "native", "--config", str(file)], cwd=ROOT)
    sync_api = pytest.importorskip("playwright.sync_api")
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    quiet = ("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
    more = ("--headless=new", "--no-sandbox", "--disable-component-update", "--disable-sync")
    try:
        with sync_api.sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=[*quiet, *more])
            page = browser.new_page(locale="en-US")
            found = Panel(page, port, file)
            found.hear()
            for _ in range(PATIENCE * 10):
                with contextlib.suppress(OSError):
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                time.sleep(0.1)
            page.goto(f"http://127.0.0.1:{port}/management.html")
            page.locator("input[type=password]").fill(SECRET)
            page.locator("button[type=submit], form button, button.btn-primary, button:has-text('Login')").last.click()
            page.locator("input[type=password]").wait_for(state="detached")
            yield found
            browser.close()
    finally:
        process.terminate()
        process.wait(PATIENCE)


def test_every_page_is_shown_without_an_error(panel):
    for path in PAGES:
        panel.go(path)
    assert panel.wrong == []
    wanted = {"GET /config", "GET /auth-files", "GET /config.yaml", "GET /oauth-excluded-models"}
    assert wanted <= panel.asked


def test_a_key_that_is_added_there_is_in_the_file(panel):
    panel.go("/ai-providers/gemini/new")
    panel.page.get_by_placeholder("Enter Gemini API key").fill("sk-up-new")
    panel.page.get_by_role("button", name="Save").click()
    panel.page.wait_for_timeout(MOMENT)
    assert [entry["api-key"] for entry in yaml.safe_load(panel.file.read_text())["gemini-api-key"]] == [
        "sk-up-2",
        "sk-up-new",
    ]
    assert panel.wrong == []
