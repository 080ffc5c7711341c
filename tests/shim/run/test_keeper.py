"""Whom a `shim run` starts is told by the phase alone, so that a kill at any moment leaves somebody to serve."""

import pytest

from shim.cutover.log import CutoverLog
from shim.cutover.phases import Event, Phase
from shim.run.alone import Alone
from shim.run.keeper import Running
from shim.run.migrating import Migrating
from shim.run.places import DATABASE
from shim.run.ports import free
from shim.run.wishes import PlanError, Wishes

WAYS = {
    Phase.OPEN: [],
    Phase.ORDERED: [Event.APPLY],
    Phase.TAKEN: [Event.APPLY, Event.TAKEN],
    Phase.SEALED: [Event.APPLY, Event.TAKEN, Event.GONE],
    Phase.UNDOING: [Event.APPLY, Event.TAKEN, Event.GONE, Event.UNDO],
}


@pytest.fixture
def wish(tmp_path, binary, config):
    def wishes(**more):
        return Wishes(
            **{"legacy": "", "legacy_bin": binary, "config": config, "data_dir": tmp_path, "tap": False, **more}
        )

    return wishes


def stand_at(tmp_path, phase):
    with CutoverLog.open(tmp_path / DATABASE) as log:
        for event in WAYS[phase]:
            log.happened(event)
        assert log.now().phase is phase


def let_go(running):
    running._clients.close()
    running._orders.close()
    for sock in running._scene._plan.reserved if isinstance(running._scene, Migrating) else ():
        sock.close()


@pytest.mark.parametrize("phase", Phase)
def test_after_a_kill_in_any_phase_the_one_that_is_to_serve_is_started(tmp_path, wish, phase):
    stand_at(tmp_path, phase)
    running = Running(wish(), {})
    assert isinstance(running._scene, Alone if phase.natives else Migrating)
    let_go(running)


def test_alone_native_serves_the_users_own_file_on_the_clients_socket(tmp_path, wish):
    stand_at(tmp_path, Phase.SEALED)
    running = Running(wish(native_bin=tmp_path / "mine"), {"QUOTIO_PORT": "1", "QUOTIO_HOST": "::"})
    program = running._scene._native.program
    assert program.arguments[:3] == (str(tmp_path / "mine"), "--config", str(tmp_path / "config.yaml"))
    assert program.arguments[-2:] == ("--fd", str(running._clients.fileno()))
    assert program.descriptors == [running._clients.fileno()]
    assert not {"QUOTIO_PORT", "QUOTIO_HOST"} & set(program.environment)
    let_go(running)


def test_alone_native_needs_a_configuration(tmp_path, wish):
    stand_at(tmp_path, Phase.SEALED)
    port = free(0)
    with pytest.raises(PlanError, match="--config"):
        Running(wish(config=None, legacy_bin=None, legacy="http://127.0.0.1:1", port=port), {})


def test_what_cannot_be_started_leaves_the_port_free(wish):
    for _ in range(2):  # the second would find it taken
        with pytest.raises(PlanError, match="no program"):
            Running(wish(legacy_bin=wish().config), {})
