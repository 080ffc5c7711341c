"""What tests of the management endpoints share: a server with a file of its own, and its owner's key."""

import io
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bcrypt
import orjson
import pytest
from aiohttp.test_utils import TestClient, TestServer
from ruamel.yaml import YAML

from native import config as configuration
from native.server import SERVICE, build
from native.settings import Settings
from native.stores import Stores

SECRET = "owner"
HASH = bcrypt.hashpw(SECRET.encode(), bcrypt.gensalt(4)).decode()


@dataclass
class Owner:
    """Somebody with the management key."""

    client: Any
    service: Any
    file: Path
    auth_dir: Path
    upstream: Any
    clock: Any

    async def ask(self, method: str, path: str, body: Any = None, *, key: str = SECRET, **more: Any) -> tuple[int, Any]:
        """The status and the JSON of an answer."""
        data = body if isinstance(body, (bytes, io.IOBase)) or body is None else orjson.dumps(body)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        more.setdefault("data", data)
        async with self.client.request(method, f"/v0/management{path}", headers=headers, **more) as response:
            said = await response.read()
            json = response.content_type == "application/json"
            return response.status, orjson.loads(said) if json and said else said

    @property
    def tree(self) -> Any:
        """What the file says now."""
        return YAML(typ="safe", pure=True).load(self.file.read_text())

    def log_in(self, name: str) -> Any:
        """What a log-in's file says now."""
        return orjson.loads((self.auth_dir / name).read_bytes())


@pytest.fixture
def owning(a, tmp_path):
    """`async with owning(tree, log_ins=…) as owner`."""

    @asynccontextmanager
    async def own(tree=None, *, log_ins=None, text=None, secret=HASH):
        file, auth = tmp_path / "config.yaml", tmp_path / "auth"
        auth.mkdir()
        for name, content in (log_ins or {}).items():
            (auth / name).write_bytes(orjson.dumps(content))
        if text is None:
            with file.open("w") as out:
                YAML().dump({**(tree or {}), "remote-management": {"secret-key": secret}}, out)
        else:
            file.write_text(text)
        upstream, clock = a.ScriptedUpstream(lambda _: a.chat()), a.StandingClock()
        app = build(
            configuration.load(file),
            upstream=upstream,
            clock=clock,
            ids=a.CountingIds(),
            stores=Stores(auth, file, tmp_path / "logs"),
            settings=Settings(),
        )
        async with TestClient(TestServer(app)) as client:
            yield Owner(client, app[SERVICE], file, auth, upstream, clock)

    return own
