"""Clients are let in when the binary answers, and nothing that was started is left behind."""

import socket
from dataclasses import replace

import pytest

from shim.run.migrating import Migrating, answers
from shim.run.plan import plan
from shim.run.wishes import Wishes


@pytest.fixture
def migrating(tmp_path, binary, config):
    wishes = Wishes("", binary, config, tmp_path, tap=False, native=False, drain=0.0)
    planned = plan(wishes, {}, "python")
    yield Migrating(planned, wishes, {})
    for sock in (*planned.sockets, *planned.reserved):
        sock.close()


async def test_a_binary_that_does_not_answer_is_not_waited_for_for_ever_and_ends(migrating):
    assert not await migrating.start_answering(0.1)
    assert migrating._legacy.running
    await migrating.end(20)
    assert not migrating._legacy.running
    assert not migrating._front.running


async def test_the_clients_socket_stays_open_when_all_has_ended(migrating):
    await migrating.leave()
    assert migrating._plan.sockets[0].fileno() != -1
    assert all(sock.fileno() == -1 for sock in migrating._plan.reserved)


@pytest.mark.parametrize(
    ("page", "said", "told"), [(True, {}, "true"), (True, {"QUOTIO_METRICS": "false"}, "false"), (False, {}, None)]
)
def test_native_counts_for_the_page_unless_the_user_says_otherwise(migrating, page, said, told):
    planned = replace(migrating._plan, native=("native",), environment=said)
    native = Migrating(planned, replace(migrating._wishes, page=page), {})._native
    assert native.program.environment.get("QUOTIO_METRICS") == told


async def test_who_listens_answers():
    with socket.create_server(("127.0.0.1", 0)) as found:
        address = found.getsockname()
        assert await answers(address)
    assert not await answers(address)
