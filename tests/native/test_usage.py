import pytest

from native.usage import EARLIER, UNKNOWN, Details, Spent, Tokens, Usage

DAY = 86_400.0
AT = 1_760_000_000.0


def spent(at=AT, key="k", provider="p", model="m", tokens=3, *, failed=False):
    return Spent(key, provider, model, "i", "s", at, failed, Tokens(input=tokens), 0.25)


def test_requests_and_tokens_are_summed_by_key_provider_model_and_day():
    usage = Usage()
    for one in (spent(), spent(model="n", failed=True), spent(at=AT + DAY, key="l"), spent(provider="q")):
        usage.add(one)
    assert sorted((key, provider, model, one.requests) for (_, key, provider, model), one in usage.rows.items()) == [
        ("k", "p", "m", 1),
        ("k", "p", "n", 1),
        ("k", "q", "m", 1),
        ("l", "p", "m", 1),
    ]
    assert (usage.total.requests, usage.total.failed, usage.total.total) == (4, 1, 12)
    assert sorted(one.requests for one in usage.days.values()) == [1, 3]
    assert [one.total for one in usage.hours.values()] == [12]


def test_every_kind_of_token_is_summed():
    usage = Usage()
    usage.add(spent()._replace(tokens=Tokens(1, 2, 3, 4, 10)))
    usage.add(spent()._replace(tokens=Tokens(1, 2, 3, 4, 10)))
    total = usage.total
    assert (total.input, total.output, total.reasoning, total.cached, total.total) == (2, 4, 6, 8, 20)


def test_nothing_is_counted_while_counting_is_off():
    usage, told = Usage(enabled=False), []
    usage.told.append(told.append)
    usage.add(spent())
    assert (usage.total.requests, told) == (0, [])


def test_who_asks_for_it_is_told_of_each_request_once():
    usage, told = Usage(), []
    usage.told.append(told.append)
    usage.add(spent())
    usage.count(spent(key="from elsewhere"))
    assert [one.key for one in told] == ["k"]


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


def test_details_come_back_as_they_were_kept():
    details = Details()
    details.add(spent(failed=True))
    assert list(details) == [spent(failed=True)._replace(tokens=Tokens(3, 0, 0, 0, 3))]


@pytest.mark.parametrize("one", [spent(tokens=-1), spent(tokens=2**70), spent(at=1e15)])
def test_numbers_out_of_bounds_are_kept_as_near_as_can_be(one):
    details = Details()
    details.add(one)
    (kept,) = details
    assert 0 <= kept.tokens.input < 2**32


def test_the_oldest_details_go_while_sums_go_on():
    usage = Usage(details=Details(2))
    for n in range(5):
        usage.add(spent(at=AT + n))
    assert [one.at for one in usage.details] == [AT + 3, AT + 4]
    assert usage.total.requests == 5


def test_details_are_grouped_by_key_and_model_in_the_order_of_time():
    details = Details()
    for one in (spent(at=AT + 1), spent(at=AT, provider="q"), spent(model="n")):
        details.add(one)
    found = {name: [details.unpacked(packed).provider for packed in some] for name, some in details.grouped().items()}
    assert found == {("k", "m"): ["q", "p"], ("k", "n"): ["p"]}


def test_too_many_names_are_one():
    details = Details()
    details._names.extend(["x"] * (2**16 - 6))
    for n in range(10):
        details.add(spent(key=f"key {n}"))
    assert {one.key for one in list(details)[-3:]} == {UNKNOWN}


def test_the_oldest_days_are_put_together_where_there_are_too_many_sums(monkeypatch):
    monkeypatch.setattr("native.usage.MOST_ROWS", 3)
    usage = Usage()
    for n in range(6):
        usage.add(spent(at=AT + n * DAY))
    assert len(usage.rows) <= 3
    assert usage.rows[EARLIER, "k", "p", "m"].requests >= 3
    for n in range(6):
        usage.add(spent(at=AT + 6 * DAY, key=f"key {n}"))
    assert len(usage.rows) <= 4
    assert usage.total.requests == 12
    assert len(usage.days) == 7


def test_what_was_counted_is_forgotten():
    usage = Usage()
    usage.add(spent())
    usage.clear()
    assert (usage.total.requests, list(usage.details), usage.days) == (0, [], {})
