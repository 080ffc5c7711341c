from contextlib import ExitStack

import pytest

from native.config import parse
from native.failure import Failure
from native.live import KINDS, MOST, MOST_WATCHERS
from native.server import SERVICE, build
from native.stores import Stores
from native.usage import Spent, Tokens

ALL = frozenset(KINDS)
SPENT = Spent("k", "p", "m", "i", "s", 1.0, False, Tokens(3))


@pytest.fixture
def service(a, tmp_path):
    app = build(
        parse(a.config()),
        upstream=a.ScriptedUpstream(lambda _: a.chat()),
        clock=a.StandingClock(),
        ids=a.CountingIds(),
        stores=Stores(tmp_path),
    )
    return app[SERVICE]


async def test_whoever_watches_hears_of_what_is_spent(service):
    with service.live.watching(ALL) as watcher:
        service.kit.usage.take(SPENT)
        event = await watcher.next(1)
    assert event.startswith(b'event: usage\ndata: {"key":"k","provider":"p","model":"m"')
    assert b'"auth_index":"i"' in event
    assert b'"total":3' in event
    assert event.endswith(b"\n\n")


async def test_lines_and_credentials_are_told_too_but_only_to_who_wants_them(service):
    (credential,) = service.pool.credentials.values()
    with service.live.watching(ALL) as all_of_it, service.live.watching(frozenset({"log"})) as lines:
        service.pool.failed(credential, "m", Failure("full", 429))
        service.logs.say("info", "test", "hello")
        assert b"event: credential\n" in await all_of_it.next(1)
        assert b"hello" in await all_of_it.next(1)
        assert b"hello" in await lines.next(1)


async def test_nothing_listens_while_nobody_watches(service):
    def listeners():
        return [*service.kit.usage.seen, *service.logs.seen, *service.logs.lines, *service.pool.seen]

    assert listeners() == []
    with service.live.watching(ALL), service.live.watching(ALL):
        assert len(listeners()) == 4
    assert listeners() == []


async def test_who_is_too_slow_is_let_go_and_others_hear_on(service):
    with service.live.watching(ALL) as slow, service.live.watching(ALL) as quick:
        for _ in range(MOST + 5):
            service.kit.usage.take(SPENT)
            assert await quick.next(1)
        assert slow.slow
        assert not quick.slow


async def test_where_nothing_happens_nothing_is_told(service):
    with service.live.watching(ALL) as watcher:
        assert await watcher.next(0.001) == b""


async def test_the_end_lets_everybody_go_at_once_who_comes_late_too(service):
    with service.live.watching(ALL) as watcher:
        await service.leave()
        assert await watcher.next(60) is None
    with service.live.watching(ALL) as late:
        assert await late.next(60) is None


async def test_only_so_many_may_watch(service):
    with ExitStack() as watchers:
        for _ in range(MOST_WATCHERS):
            assert not service.live.full
            watchers.enter_context(service.live.watching(ALL))
        assert service.live.full
