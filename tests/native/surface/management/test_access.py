import bcrypt
import pytest

from native.settings import Settings
from native.surface.management.access import BAN_SECONDS, FAILURES, Doorman, Keys, address_of
from native.surface.management.desk import RefusedError

HASH = bcrypt.hashpw(b"right", bcrypt.gensalt(4)).decode()
KEYS = Keys(HASH)
RIGHT, WRONG = {"X-Management-Key": "right"}, {"Authorization": "Bearer wrong"}
AFAR = "192.0.2.7"


async def refused(door, address, headers, now=0.0, *, remote=True, keys=KEYS):
    with pytest.raises(RefusedError) as error:
        await door.check(address, headers, keys, now, remote=remote)
    return error.value.status, str(error.value)


async def test_the_key_opens_in_either_header():
    door = Doorman()
    for headers in (RIGHT, {"Authorization": "Bearer right"}, {"Authorization": "right"}):
        await door.check("127.0.0.1", headers, KEYS, 0, remote=False)


async def test_who_is_elsewhere_needs_leave_besides_the_key():
    door = Doorman()
    assert await refused(door, AFAR, RIGHT, remote=False) == (403, "remote management disabled")
    assert await refused(door, "", RIGHT, remote=False) == (403, "remote management disabled")
    await door.check(AFAR, RIGHT, KEYS, 0, remote=True)


@pytest.mark.parametrize(
    ("peer", "headers", "address"),
    [
        ("127.0.0.1", {}, "127.0.0.1"),
        ("127.0.0.1", {"X-Forwarded-For": f" {AFAR} , 10.0.0.1"}, AFAR),
        ("::1", {"X-Real-IP": "2001:db8::7"}, "2001:db8::7"),
        ("127.0.0.1", {"X-Forwarded-For": f"{AFAR}, odd", "X-Real-IP": "192.0.2.8"}, "192.0.2.8"),
        ("127.0.0.1", {"X-Forwarded-For": "odd", "Forwarded": f"for={AFAR}"}, "127.0.0.1"),
        (AFAR, {"X-Forwarded-For": "127.0.0.1", "X-Real-IP": "::1"}, AFAR),
    ],
)
def test_a_proxy_on_this_machine_says_for_whom_it_asks_and_nobody_becomes_local_so(peer, headers, address):
    assert address_of(peer, headers) == address


async def test_five_wrong_keys_shut_an_address_out_for_half_an_hour():
    door = Doorman()
    for _ in range(FAILURES):
        assert await refused(door, AFAR, WRONG) == (401, "invalid management key")
    status, why = await refused(door, AFAR, RIGHT, now=60.0)
    assert (status, why) == (403, "IP banned due to too many failed attempts. Try again in 29m0s")
    await door.check("192.0.2.8", RIGHT, KEYS, 60.0, remote=True)
    await door.check(AFAR, RIGHT, KEYS, BAN_SECONDS, remote=True)


async def test_a_right_key_forgives_what_went_before():
    door = Doorman()
    for _ in range(FAILURES - 1):
        await refused(door, AFAR, WRONG)
    await door.check(AFAR, RIGHT, KEYS, 0, remote=True)
    assert await refused(door, AFAR, WRONG) == (401, "invalid management key")
    await door.check(AFAR, RIGHT, KEYS, 0, remote=True)


async def test_this_machine_is_never_shut_out():
    door = Doorman()
    for _ in range(3 * FAILURES):
        assert (await refused(door, "127.0.0.1", WRONG))[0] == 401
    await door.check("127.0.0.1", RIGHT, KEYS, 0, remote=False)


async def test_without_a_key_nobody_comes_in():
    assert await refused(Doorman(), "127.0.0.1", {}) == (401, "missing management key")
    assert (await refused(Doorman(), "127.0.0.1", RIGHT, keys=Keys()))[0] == 403


async def test_a_key_that_held_does_not_hold_for_another_hash():
    door = Doorman()
    await door.check("127.0.0.1", RIGHT, KEYS, 0, remote=False)
    other = bcrypt.hashpw(b"other", bcrypt.gensalt(4)).decode()
    assert (await refused(door, "127.0.0.1", RIGHT, keys=Keys(other)))[0] == 401


@pytest.mark.parametrize("key", ["x" * 100, "\udcff", "a\0b"])
async def test_a_strange_key_is_only_wrong(key):
    assert (await refused(Doorman(), "127.0.0.1", {"X-Management-Key": key}))[0] == 401


async def test_whoever_comes_through_a_proxy_is_not_of_this_machine(owning):
    async with owning() as owner:
        for address, status in ((AFAR, 403), ("127.0.0.1", 200)):
            headers = {"X-Forwarded-For": address, "X-Management-Key": "owner"}
            async with owner.client.get("/v0/management/debug", headers=headers) as response:
                assert response.status == status
                assert "X-CPA-VERSION" in response.headers


async def test_a_key_in_plain_text_is_hashed_in_the_file(owning):
    async with owning(secret="plain-one") as owner:
        assert (await owner.ask("GET", "/debug", key="plain-one"))[0] == 200
        kept = owner.tree["remote-management"]["secret-key"]
        assert kept.startswith("$2a$")
        assert bcrypt.checkpw(b"plain-one", kept.encode())


async def test_without_a_key_in_the_configuration_there_are_no_endpoints(owning):
    async with owning(secret="") as owner:
        assert (await owner.ask("GET", "/debug"))[0] == 404


async def test_the_environment_s_password_opens_from_anywhere():
    door, keys = Doorman(), Keys(HASH, "hush")
    for given in ("hush", "right"):
        await door.check(AFAR, {"X-Management-Key": given}, keys, 0, remote=False)
    assert await refused(door, AFAR, WRONG, keys=keys, remote=False) == (401, "invalid management key")
    await door.check("127.0.0.1", {"X-Management-Key": "hush"}, Keys("", "hush"), 0, remote=False)
    assert (await refused(door, "127.0.0.1", RIGHT, keys=Keys("", "hush")))[0] == 401


async def test_with_a_password_there_are_endpoints_without_a_key_in_the_configuration(owning):
    async with owning(secret="") as owner:
        owner.service.settings = Settings(management_password="hush")
        assert (await owner.ask("GET", "/debug", key="hush"))[0] == 200
