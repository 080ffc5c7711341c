"""How far native has come is counted, not written down."""

from shim.coverage import by_family, clean_ids, coverage, native_ids
from shim.endpoints import ENDPOINTS


def test_one_unclean_verdict_makes_an_endpoint_unclean():
    judged = [("POST /v1/messages", True), ("POST /v1/messages", False), ("GET /v1/models", True), ("", True)]
    assert clean_ids(judged) == {"GET /v1/models"}


def test_native_has_the_request_routes_and_says_so():
    assert {"POST /v1/messages", "POST /v1/chat/completions", "GET /v1/models", "GET /v1/responses"} <= native_ids()


def test_the_counts_are_of_the_catalogue():
    found = coverage([("POST /v1/messages", True), ("POST /nowhere", True)])
    assert (found.all, found.clean) == (len({e.id for e in ENDPOINTS}), 1)
    assert str(found) == f"native {found.native} of {found.all}, clean 1 of {found.all}"
    assert sum(n for _, n in by_family().values()) == len(ENDPOINTS)
