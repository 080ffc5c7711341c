from hypothesis import given
from hypothesis import strategies as st

from native.cooling import fail
from native.credentials.credential import Credential
from native.failure import Failure
from native.rotation import Circle, Shard


def credentials(count: int, **others) -> list[Credential]:
    return [Credential(f"c{n}", "lab", **others) for n in range(count)]


def anybody(_: Credential) -> bool:
    return True


@given(st.integers(1, 8), st.integers(0, 40))
def test_each_serves_once_before_any_serves_twice(size, turns):
    circle = Circle.of(credentials(size))
    picked = [circle.next(anybody).id for _ in range(turns)]
    counts = [picked.count(f"c{n}") for n in range(size)]
    assert max(counts) - min(counts) <= 1


def test_who_is_not_wanted_is_passed_over():
    circle = Circle.of(credentials(3))
    assert [circle.next(lambda c: c.id != "c1").id for _ in range(3)] == ["c0", "c2", "c0"]


def test_accounts_take_turns_before_their_projects_do():
    members = [
        Credential(f"{parent}{n}", "lab", attributes={"gemini_virtual_parent": parent})
        for parent in "ab"
        for n in range(2)
    ]
    circle = Circle.of(members)
    assert [circle.next(anybody).id for _ in range(5)] == ["a0", "b0", "a1", "b1", "a0"]


def test_the_circle_starts_anew_when_somebody_falls_out():
    members = credentials(3)
    shard = Shard("m", members, 0.0)
    assert [shard.pick(0, anybody, fill_first=False).id for _ in range(2)] == ["c0", "c1"]
    fail(members[1], "m", Failure("no", 429), 0.0, cooling=True)
    shard.note(members[1], 0.0)
    assert [shard.pick(0, anybody, fill_first=False).id for _ in range(3)] == ["c0", "c2", "c0"]


def test_whose_rest_is_over_serves_again():
    members = credentials(2)
    shard = Shard("m", members, 0.0)
    fail(members[0], "m", Failure("no", 429), 0.0, cooling=True)
    shard.note(members[0], 0.0)
    assert shard.summary(lambda c: c.id == "c0") == (1, 1, 1.0)
    shard.wake(1.0)
    assert shard.pick(0, anybody, fill_first=True).id == "c0"


def test_higher_priority_comes_first():
    members = [Credential("a", "lab"), Credential("b", "lab", priority=2)]
    assert Shard("m", members, 0.0).highest(anybody) == 2


def test_a_websocket_client_prefers_a_credential_with_one():
    members = [Credential("a", "codex", priority=5), Credential("b", "codex", websockets=True)]
    shard = Shard("m", members, 0.0)
    assert shard.highest(anybody, sockets=True) == 0
    assert shard.pick(0, anybody, fill_first=False, sockets=True).id == "b"
