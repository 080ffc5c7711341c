"""Builds: what one handles is written down once."""

from shim.store import Store


def test_what_a_build_handles_is_known_once_somebody_wrote_it_down(tmp_path):
    with Store(tmp_path / "r.db") as store:
        assert store.builds.handled("1+a") is None
        store.builds.put("1+a", {"GET /", "GET /v1/models"})
        store.builds.put("1+a", set())
        assert store.builds.handled("1+a") == {"GET /", "GET /v1/models"}
        assert store.builds.handled("1+b") is None
