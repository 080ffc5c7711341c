import pytest

from native.cooling import blocked, fail, succeed
from native.credentials.credential import Credential
from native.failure import Failure

NOW = 1_000_000.0


def a_credential() -> Credential:
    return Credential("c", "lab")


def failed(status: int, message: str = "no", *, cooling: bool = True, retry_after: float | None = None):
    credential = a_credential()
    why = fail(credential, "m", Failure(message, status, retry_after=retry_after), NOW, cooling=cooling)
    return credential, why


@pytest.mark.parametrize(
    ("status", "seconds", "why"),
    [(401, 1800, "unauthorized"), (402, 1800, "payment_required"), (403, 1800, "payment_required")]
    + [(404, 43200, "not_found"), (429, 1, "quota")]
    + [(status, 60, "") for status in (408, 500, 502, 503, 504)],
)
def test_a_model_rests_as_long_as_the_table_says(status, seconds, why):
    credential, left_out = failed(status)
    assert left_out == why
    assert blocked(credential, "m", NOW + seconds - 0.5).why
    assert not blocked(credential, "m", NOW + seconds).why


@pytest.mark.parametrize("status", [0, 400, 418, 422])
def test_other_failures_hold_nobody_back(status):
    assert not blocked(failed(status)[0], "m", NOW).why


def test_a_model_an_account_lacks_rests_for_half_a_day():
    credential, why = failed(400, "The requested model is not supported")
    assert why == "model_not_supported"
    assert blocked(credential, "m", NOW + 43199).why


def test_each_quota_in_a_row_rests_twice_as_long_up_to_half_an_hour():
    credential, at, rests = a_credential(), NOW, []
    for _ in range(13):
        fail(credential, "m", Failure("no", 429), at, cooling=True)
        rests.append(credential.states["m"].retry_at - at)
        at = credential.states["m"].retry_at
    assert rests[:4] == [1, 2, 4, 8]
    assert rests[-1] == 1800


def test_what_the_provider_asks_for_is_how_long_it_rests():
    assert blocked(failed(429, retry_after=70)[0], "m", NOW + 69).why == "cooldown"


def test_success_clears_everything():
    credential, _ = failed(429)
    succeed(credential, "m", NOW)
    assert not blocked(credential, "m", NOW).why
    assert credential.states["m"].quota.level == 0
    assert (credential.status, credential.error) == ("active", None)


@pytest.mark.parametrize("status", [429, 500])
def test_without_cooling_nobody_rests(status):
    assert not blocked(failed(status, cooling=False)[0], "m", NOW).why


def test_an_item_that_was_never_stored_is_no_fault_of_the_credential():
    message = "Item with id x not found. Items are not persisted when `store` is set to false."
    assert failed(404, message)[0].states == {}


def test_another_model_serves_on():
    assert not blocked(failed(401)[0], "other", NOW).why


def test_a_model_with_a_suffix_rests_with_its_plain_name():
    assert blocked(failed(401)[0], "m(high)", NOW).why
