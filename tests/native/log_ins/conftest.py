"""What tests of log-ins share: one gone through from address to file, its provider by script, without waiting."""

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from native import config as configuration
from native.log_ins import log_in_of
from native.log_ins.journey import LogInError
from native.log_ins.running import LogIns
from native.log_ins.sessions import Returned
from native.service import Service
from native.settings import Settings
from native.stores import Stores
from native.upstream import UpstreamError


@dataclass
class Gone:
    """A log-in that has ended.

    Attributes:
        said: What the client was told at first.
        error: What its state says, empty where it has its file.
        asked: What the provider was asked.
        files: The files that there are, by name.
    """

    said: dict[str, Any]
    error: str
    asked: list[Any]
    files: dict[str, bytes]

    @property
    def tree(self):
        (content,) = self.files.values()
        return orjson.loads(content)

    def form(self, at=0):
        return {name: value for name, (value,) in parse_qs(self.asked[at].body.decode()).items()}

    def headers(self, at=0):
        return {name.lower(): value for name, value in self.asked[at].headers}

    @property
    def query(self):
        return {name: value for name, (value,) in parse_qs(urlsplit(self.said["url"]).query).items()}


BACK = Returned("c0de")


@pytest.fixture
def office(a, tmp_path):
    """`office(answers)`: every log-in of a server, its provider's answers, its folder.

    An answer is JSON, (status, JSON), or None for none.
    """
    clock = a.StandingClock()

    def make(answers, **settings):
        given = iter(answers)

        def script(_):
            said = next(given)
            if said is None:
                raise UpstreamError("EOF")
            status, body = said if isinstance(said, tuple) else (200, said)
            return a.Answer([body if isinstance(body, bytes) else orjson.dumps(body)], status)

        upstream, stores = a.ScriptedUpstream(script), Stores(tmp_path / "auth")
        outside = {"upstream": upstream, "clock": clock, "ids": a.CountingIds()}
        service = Service(configuration.parse({}), **outside, stores=stores, settings=Settings(**settings))
        return LogIns(service), upstream, stores.auth_dir

    make.clock = clock
    return make


@pytest.fixture
def logged_in(office, monkeypatch):
    """`await logged_in(name, answers, returned=…, query=…)`."""
    real = asyncio.sleep

    async def pass_time(seconds, *_):
        office.clock.time += seconds
        await real(0)

    async def go(name, answers, *, returned=BACK, query=None):
        log_ins, upstream, folder = office(answers)
        way, journey = log_in_of(name), log_ins.journey(query or {})
        said = await way.begin(journey)
        log_ins.sessions.open(journey.state, way.provider)
        if returned is not None:
            log_ins.sessions.bring(way.provider, journey.state, returned)
        monkeypatch.setattr(asyncio, "sleep", pass_time)
        error = ""
        try:
            await way.finish(journey)
        except LogInError as failed:
            error = str(failed)
        finally:
            monkeypatch.setattr(asyncio, "sleep", real)
        files = {p.name: p.read_bytes() for p in folder.iterdir()} if folder.is_dir() else {}
        return Gone({**said, "state": journey.state}, error, upstream.asked, files)

    return go


@pytest.fixture
def jwt():
    """A token that says this of its owner."""
    from base64 import urlsafe_b64encode

    def make(**claims):
        return f"h.{urlsafe_b64encode(orjson.dumps(claims)).rstrip(b'=').decode()}.s"

    return make
