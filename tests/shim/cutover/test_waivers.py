"""What is waived is kept with its reason."""

from contextlib import closing

from shim.cutover.obstacles import Waiver
from shim.cutover.waivers import Waivers
from shim.store.connection import connect


def test_a_waiver_is_kept_said_anew_and_withdrawn(tmp_path):
    with closing(connect(tmp_path / "r.db")) as sql:
        waivers = Waivers(sql)
        waivers.waive("GET /a", who="ann", why="nobody asks", at=1.0)
        waivers.waive("GET /a", who="bob", why="I looked", at=2.0)
        assert list(waivers) == [Waiver("GET /a", "bob", 2.0, "I looked")]
        assert waivers.withdraw("GET /a")
        assert not waivers.withdraw("GET /a")
        assert list(waivers) == []
