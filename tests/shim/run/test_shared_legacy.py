"""One configuration, the real binary and native: `shim run` before both, and no front at all."""

import contextlib
import functools
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import bcrypt
import pytest
import yaml

from native.configfile import rewritten
from native.inplace import is_watched
from native.sharedfile import SharedFile
from shim.run.ports import free
from tests.shim.run import build

PATIENCE = 300  # the judge has the lowest priority there is
until = functools.partial(build.until, patience=PATIENCE)
SECRET = "owner"
HASH = bcrypt.hashpw(SECRET.encode(), bcrypt.gensalt(4, b"2a")).decode()
ROOT = Path(__file__).parents[3]
NOWHERE = "http://127.0.0.1:9"  # no provider is reached, whatever the binary tries

pytestmark = pytest.mark.legacy


@dataclass
class Owner:
    """Somebody with the management key, the files, and whoever serves."""

    process: subprocess.Popen
    port: int
    folder: Path

    @property
    def file(self):
        return self.folder / "config.yaml"

    def ask(self, method, path, body=None, *, port=0):
        request = urllib.request.Request(
            f"http://127.0.0.1:{port or self.port}/v0/management{path}",
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Authorization": f"Bearer {SECRET}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    @property
    def tree(self):
        return yaml.safe_load(self.file.read_text())

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@pytest.fixture
def serving(tmp_path):
    """Start the binary, behind `shim run` or alone."""
    started = []
    binary = os.environ["SHIM_LEGACY_BIN"]
    (tmp_path / "auth").mkdir()

    def start(*, alone=False):
        port = free(0)
        tree = {
            "port": port,
            "host": "127.0.0.1",
            "auth-dir": str(tmp_path / "auth"),
            "remote-management": {"secret-key": HASH, "disable-control-panel": True},
            "api-keys": ["sk-client-1"],
        }
        text = "# The owner's own words.\n" + yaml.safe_dump(tree, sort_keys=False)
        (tmp_path / "config.yaml").write_text(text)
        words = ["--config", str(tmp_path / "config.yaml")]
        ours = [sys.executable, "-m", "shim.cli", "run", *words, "--legacy-bin", binary]
        ours += ["--data-dir", str(tmp_path / "data"), "--", "--local-model"]
        environment = {**os.environ, "HTTPS_PROXY": NOWHERE, "https_proxy": NOWHERE, "HOME": str(tmp_path)}
        with (tmp_path / "log").open("wb") as log:
            process = subprocess.Popen(
                [binary, *words, "--local-model"] if alone else ours, env=environment, cwd=ROOT, stdout=log, stderr=log
            )
        started.append(process)
        until(lambda: socket.create_connection(("127.0.0.1", port)).close() is None)
        owner = Owner(process, port, tmp_path)
        until(lambda: owner.ask("GET", "/debug")[0] == 200)
        return owner

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE)
                continue
            process.kill()


def flag(owner, endpoint, value):
    words = [
        sys.executable,
        "-m",
        "shim.cli",
        "flags",
        "--data-dir",
        str(owner.folder / "data"),
        "set",
        endpoint,
        value,
    ]
    subprocess.run(words, check=True, cwd=ROOT, capture_output=True)


def recorded(owner, query):
    """What the recording says."""
    database = owner.folder / "data" / "recordings.db"
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as sql:
        return sql.execute(query).fetchall()


def verdicts(owner):
    """Of each write: endpoint, level, reason, and where it differs."""
    return recorded(
        owner,
        "SELECT e.endpoint, v.level, v.reason, (SELECT group_concat(d.side || ' ' || d.path || ' ' || coalesce("
        "d.legacy, '-') || ' ' || coalesce(d.native, '-')) FROM differences d WHERE d.verdict = v.id)"
        " FROM exchanges e JOIN verdicts v ON v.exchange = e.id WHERE e.endpoint NOT LIKE 'GET %' ORDER BY e.id",
    )


WRITES = (
    ("PUT", "/debug", {"value": True}),
    ("PATCH", "/request-retry", {"value": 3}),
    ("PUT", "/api-keys", ["sk-client-1", "sk-client-2"]),
    ("PATCH", "/api-keys", {"old": "sk-client-2", "new": "sk-client-3"}),
    ("DELETE", "/api-keys?value=sk-client-3", None),
    ("PUT", "/claude-api-key", [{"api-key": "sk-up-1", "models": [{"name": "m", "alias": "a"}]}]),
    ("PATCH", "/claude-api-key", {"index": 0, "value": {"prefix": "team", "headers": {"X-One": "1"}}}),
    ("DELETE", "/claude-api-key?api-key=sk-up-1", None),
    ("PUT", "/openai-compatibility", [{"name": "p", "base-url": "https://one.example", "models": []}]),
    ("PATCH", "/oauth-excluded-models", {"provider": "claude", "models": ["model-a"]}),
    ("DELETE", "/oauth-excluded-models?provider=claude", None),
    ("PUT", "/ampcode/model-mappings", {"value": [{"from": "a", "to": "b"}]}),
    ("PUT", "/routing/strategy", {"value": "fill-first"}),
    ("POST", "/auth-files?name=one.json", {"type": "claude", "email": "somebody@example.test"}),
    ("PATCH", "/auth-files/status", {"name": "one.json", "disabled": True}),
    ("DELETE", "/auth-files?name=one.json", None),
)


def test_what_it_writes_is_judged_clean_and_nothing_is_written_twice(serving):
    owner = serving()
    flag(owner, "*", "shadow")
    for method, path, body in WRITES:
        assert owner.ask(method, path, body)[0] == 200, path
        time.sleep(1.2)  # as somebody before a page would; at once after each other they cannot be told apart
    until(lambda: len(verdicts(owner)) == len(WRITES))
    assert [found for found in verdicts(owner) if found[1] not in ("identical", "equivalent")] == []
    assert owner.file.read_text().startswith("# The owner's own words.\n")
    words = [sys.executable, "-m", "shim.cli", "report", "--data-dir", str(owner.folder / "data")]
    shown = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "PUT /v0/management/claude-api-key" in shown
    assert owner.end() == 0


def test_it_picks_up_what_native_writes(serving):
    owner = serving()
    flag(owner, "PUT /v0/management/request-retry", "native")
    flag(owner, "PATCH /v0/management/api-keys", "native")
    copy = owner.folder / "data" / "run" / str(owner.port) / "legacy" / "config.yaml"
    legacy = yaml.safe_load(copy.read_text())["port"]

    def by_native(number):
        assert owner.ask("PUT", "/request-retry", {"value": number}) == (200, {"status": "ok"})
        time.sleep(0.3)  # recorded a little later
        return recorded(owner, "SELECT count(*) FROM exchanges WHERE mode = 'native'")[0][0]

    numbers = iter(range(3, 100))
    last = next(n for n in numbers if by_native(n))
    assert owner.tree["request-retry"] == last
    until(lambda: owner.ask("GET", "/request-retry", port=legacy) == (200, {"request-retry": last}))
    assert owner.ask("PUT", "/debug", {"value": True})[0] == 200  # by the binary, from what it has in mind
    assert owner.ask("PATCH", "/api-keys", {"old": "none", "new": "sk-client-9"})[0] == 200
    assert owner.ask("PUT", "/ws-auth", {"value": True})[0] == 200
    assert owner.ask("PUT", "/request-retry", {"value": 7})[0] == 200
    wanted = {"debug": True, "ws-auth": True, "request-retry": 7, "api-keys": ["sk-client-1", "sk-client-9"]}
    assert {name: owner.tree[name] for name in wanted} == wanted
    until(lambda: owner.ask("GET", "/request-retry", port=legacy) == (200, {"request-retry": 7}))
    assert owner.ask("GET", "/api-keys", port=legacy) == (200, {"api-keys": ["sk-client-1", "sk-client-9"]})
    assert owner.end() == 0


def test_without_a_front_it_hears_of_what_native_writes(serving):
    owner = serving(alone=True)
    until(lambda: is_watched(owner.file))  # it listens a little before it looks
    shared = SharedFile(owner.file)
    for number in (3, 4, 5):
        shared.change(lambda text, n=number: rewritten(text, {**yaml.safe_load(text), "request-retry": n}))
        until(lambda n=number: owner.ask("GET", "/request-retry") == (200, {"request-retry": n}))


def test_without_a_front_neither_loses_the_others_change(serving):
    owner = serving(alone=True)
    until(lambda: is_watched(owner.file))  # it listens a little before it looks
    shared = SharedFile(owner.file)
    rng = random.Random(6)
    ours, theirs = [], []

    def add(text, key):
        tree = yaml.safe_load(text)
        return rewritten(text, {**tree, "passthrough-notes": [*tree.get("passthrough-notes", []), key]})

    for number in range(20):
        shared.change(lambda text, n=number: add(text, f"ours-{n}"))
        ours.append(f"ours-{number}")
        shared.heed()
        time.sleep(rng.uniform(0, 0.4))
        assert owner.ask("PATCH", "/api-keys", {"old": "none", "new": f"theirs-{number}"})[0] == 200
        theirs.append(f"theirs-{number}")
        shared.heed()
        time.sleep(rng.uniform(0, 0.4))
    assert owner.tree["passthrough-notes"] == ours
    assert set(theirs) <= set(owner.tree["api-keys"])
