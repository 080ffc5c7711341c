from collections import deque

import pytest

from native.usage import Spent, Tokens, Usage


def spent(at=1_760_000_000.0, key="k", model="m", tokens=3, *, failed=False):
    return Spent(key, "p", model, "i", "s", at, failed, Tokens(input=tokens))


def test_requests_and_tokens_are_summed_by_key_model_day_and_hour():
    usage = Usage()
    for one in (spent(), spent(model="n", failed=True), spent(at=1_760_086_400.0, key="l")):
        usage.add(one)
    found = usage.snapshot()
    assert (found["total_requests"], found["success_count"], found["failure_count"], found["total_tokens"]) == (
        3,
        2,
        1,
        9,
    )
    assert found["apis"]["k"]["total_requests"] == 2
    assert found["apis"]["k"]["models"]["n"]["details"][0]["failed"] is True
    assert sorted(found["requests_by_day"].values()) == [1, 2]
    assert list(found["tokens_by_hour"].values()) == [9]


def test_nothing_is_counted_while_counting_is_off():
    usage = Usage(enabled=False)
    usage.add(spent())
    assert usage.snapshot()["total_requests"] == 0


@pytest.mark.parametrize(
    ("tokens", "total"),
    [
        (Tokens(1, 2, 3, 4), 6),
        (Tokens(cached=4), 4),
        (Tokens(1, 2, 3, 4, 9), 9),
    ],
)
def test_a_total_that_was_not_said_is_made(tokens, total):
    assert tokens.sum == total


def test_sums_go_on_where_details_are_let_go(tmp_path):
    usage = Usage(spent=deque(maxlen=2))
    for n in range(5):
        usage.add(spent(at=1_760_000_000.0 + n))
    assert len(usage.snapshot()["apis"]["k"]["models"]["m"]["details"]) == 2
    usage.save(tmp_path / "usage.json")
    again = Usage()
    again.load(tmp_path / "usage.json", 0)
    assert again.snapshot() == usage.snapshot()
    assert not again.unsaved


def test_a_file_that_is_not_whole_holds_nothing(tmp_path):
    usage = Usage()
    for content in (b"", b"{", b"[]", b'{"apis":{"k":{"models":{"m":{"details":[7,{"tokens":[]}]}}}}}'):
        (tmp_path / "usage.json").write_bytes(content)
        usage.load(tmp_path / "usage.json", 5.0)
    usage.load(tmp_path / "nowhere.json", 5.0)
    assert usage.total.requests <= 2
