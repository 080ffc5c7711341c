import pytest

from native import surface
from native.surface.routes import Route, RouteError, Routes


async def nobody(_request, _service):
    raise AssertionError


def routes(*paths: str) -> Routes:
    return Routes(Route("GET", path, nobody) for path in paths)


def found(table: Routes, path: str):
    hit = table.find("GET", path)
    return (hit[0].path, hit[1]) if hit else None


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/a/b", ("/a/b", {})),
        ("/a/x", ("/a/:one", {"one": "x"})),
        ("/a/x/y", ("/a/:one/y", {"one": "x"})),
        ("/a/b/c/d", ("/a/*rest", {"rest": "/b/c/d"})),
        ("/a/", ("/a/*rest", {"rest": "/"})),
        ("/v1internal:go", ("/v1internal:method", {"method": ":go"})),
        ("/v1internal", None),
        ("/b", None),
        ("", None),
    ],
)
def test_a_fixed_part_beats_a_named_one_beats_a_rest(path, where):
    assert found(routes("/a/b", "/a/:one", "/a/:one/y", "/a/*rest", "/v1internal:method"), path) == where


def test_the_same_endpoint_twice_stops_the_start():
    with pytest.raises(RouteError, match="twice"):
        routes("/a", "/a")


def test_one_place_cannot_have_two_names():
    with pytest.raises(RouteError, match="called one elsewhere"):
        routes("/a/:one", "/a/:two/b")


def test_a_path_that_lacks_or_has_a_slash_too_much_is_known():
    table = routes("/a", "/b/")
    assert (table.slashed("GET", "/a/"), table.slashed("GET", "/b"), table.slashed("GET", "/c")) == ("/a", "/b/", None)
    assert table.slashed("POST", "/a/") is None


def test_everything_that_is_declared_fits_together():
    declared = Routes(surface.collect()).all
    assert {"/v1/chat/completions", "/v1/messages", "/v1/responses"} <= {route.path for route in declared}
