import orjson

from native.usage import Details, Spent, Tokens, Usage
from native.usage_snapshot import AT_ONCE, merge, pieces, snapshot

AT = 1_760_000_000.123456


def spent(at=AT, key="k", model="m", tokens=3, *, failed=False):
    return Spent(key, "p", model, "i", "s", at, failed, Tokens(input=tokens), 0.25)


def counted(*some):
    usage = Usage()
    for one in some:
        usage.add(one)
    return usage


def test_a_snapshot_says_what_the_legacy_says():
    usage = counted(spent(), spent(model="n", failed=True))
    found = snapshot(usage)
    assert {name: found[name] for name in ("total_requests", "success_count", "failure_count", "total_tokens")} == {
        "total_requests": 2,
        "success_count": 1,
        "failure_count": 1,
        "total_tokens": 6,
    }
    assert found["apis"]["k"]["models"]["n"] == {
        "total_requests": 1,
        "total_tokens": 3,
        "details": [
            {
                "timestamp": "2025-10-09T08:53:20.123456Z",
                "latency_ms": 250,
                "source": "s",
                "auth_index": "i",
                "tokens": {
                    "input_tokens": 3,
                    "output_tokens": 0,
                    "reasoning_tokens": 0,
                    "cached_tokens": 0,
                    "total_tokens": 3,
                },
                "failed": True,
            }
        ],
    }
    assert list(found["requests_by_day"].values()) == [2]
    assert list(found["tokens_by_hour"].values()) == [6]


def test_an_empty_snapshot_is_whole():
    assert snapshot(Usage())["apis"] == {}


def test_a_large_snapshot_is_made_in_pieces_none_of_which_is_large():
    usage = counted(*(spent(at=AT + n, key=f'k"{n % 2}') for n in range(3 * AT_ONCE)))
    made = list(pieces(usage))
    assert max(piece.count(b'"timestamp"') for piece in made) == AT_ONCE
    apis = orjson.loads(b"".join(made))["apis"]
    assert {key: len(api["models"]["m"]["details"]) for key, api in apis.items()} == {
        'k"0': 1.5 * AT_ONCE,
        'k"1': 1.5 * AT_ONCE,
    }


def test_what_is_counted_while_a_snapshot_is_made_is_left_out():
    usage = counted(spent())
    making = pieces(usage)
    first = next(making)
    usage.add(spent(at=AT + 1))
    found = orjson.loads(first + b"".join(making))
    assert found["total_requests"] == found["apis"]["k"]["total_requests"] == 1
    assert len(found["apis"]["k"]["models"]["m"]["details"]) == 1


def test_sums_are_told_though_their_details_are_gone():
    usage = Usage(details=Details(1))
    for n in range(3):
        usage.add(spent(at=AT + n))
    model = snapshot(usage)["apis"]["k"]["models"]["m"]
    assert (model["total_requests"], len(model["details"])) == (3, 1)


def test_what_was_taken_away_is_brought_back_once():
    away = snapshot(counted(spent(), spent(at=AT + 1)))
    usage, told = counted(spent()), []
    usage.told.append(told.append)
    assert merge(usage, away, AT) == (1, 1)
    assert merge(usage, away, AT) == (0, 2)
    assert [one.at for one in told] == [AT + 1]


def test_whatever_shape_is_brought_back_fails_nothing():
    usage = Usage()
    for given in (
        None,
        [],
        {"apis": 7},
        {"apis": {"k": {"models": {"m": {"details": [7, {"tokens": [], "timestamp": "then"}]}}}}},
        {"apis": {" ": {"models": {"m": {"details": [{}]}}}, "k": {"models": {"": {"details": "x"}}}}},
    ):
        merge(usage, given, AT)
    assert usage.total.requests == 1
