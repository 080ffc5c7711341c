import pytest

from native.failure import EmptyStream, Failure, clients_fault, lost_item, unsupported

INVALID = '{"error":{"type":"invalid_request_error"}}'
LOST = "Item with id rs_1 not found. Items are not persisted when `store` is set to false."


@pytest.mark.parametrize(
    ("status", "message", "fault"),
    [
        (400, INVALID, True),
        (400, "bad", False),
        (422, "bad", True),
        (422, "model not supported", False),
        (400, INVALID + " requested model is not supported", False),
        (404, LOST, True),
        (404, "no such model", False),
        (429, INVALID, False),
        (0, INVALID, False),
    ],
)
def test_what_is_the_clients_own_fault(status, message, fault):
    assert clients_fault(Failure(message, status)) is fault


def test_a_model_an_account_lacks_is_told_by_the_providers_words():
    assert unsupported(Failure("Not available for your plan", 400))
    assert not unsupported(Failure("Not available for your plan", 403))


def test_a_lost_item_needs_all_its_words():
    assert lost_item(Failure(LOST, 404))
    assert not lost_item(Failure("Item with id rs_1 not found", 404))


def test_without_a_status_a_client_sees_a_servers_fault():
    assert (Failure("x").shown, EmptyStream().shown, Failure("x", 429).shown) == (500, 500, 429)
