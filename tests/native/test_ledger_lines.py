import orjson
import pytest

from native.ledger_lines import folded, line_of, read, spent_of, sums_of
from native.usage import Spent, Tokens, Usage

AT = 1_760_000_000.5


def spent(n=0, **more):
    return Spent("k", "p", "m", "i", "s", AT + n, False, Tokens(3, 2, 1, 0, 6), 0.25)._replace(**more)


def sums(usage):
    return (usage.rows, usage.days, usage.hours)


def test_a_request_comes_back_from_its_line():
    line = line_of(spent(failed=True))
    assert line.count(b"\n") == 1
    assert spent_of(orjson.loads(line)) == spent(failed=True)


def test_sums_come_back_from_their_line():
    usage = Usage()
    usage.add(spent())
    found = read([sums_of(usage), line_of(spent(1))])
    usage.add(spent(1))
    assert sums(found.usage) == sums(usage)
    assert (found.lines, found.broken) == (1, 0)


@pytest.mark.parametrize(
    "line",
    [
        b"\xff\xfe",
        b"{",
        b"{}",
        b"[]",
        b"7",
        b'{"rows":[],"days":7,"hours":{}}',
        b'{"rows":[["d","k","p","m",1]],"days":{},"hours":{}}',
        orjson.dumps([*"kpmis", -1, 0, 0, 1, 1, 1, 1, 1]),
        orjson.dumps([*"kpmis", 1e300, 0, 0, 1, 1, 1, 1, 1]),
        orjson.dumps([*"kpmi", 7, 1, 0, 0, 1, 1, 1, 1, 1]),
        orjson.dumps([*"kpmis", 1, 0, 0, 1, 1, 1, 1, "1"]),
    ],
)
def test_a_line_that_cannot_be_read_takes_no_other_with_it(line):
    found = read([line_of(spent()), line, b"", line_of(spent(1))])
    assert (found.usage.total.requests, found.broken) == (2, 1)


def test_old_requests_are_folded_into_sums():
    usage = Usage()
    for n in range(5):
        usage.add(spent(n))
    lines = [sums_of(usage), *(line_of(spent(10 + n)) for n in range(5)), b"broken\n"]
    once = folded(lines, 2)
    assert (once.count(b"\n"), b"broken" in once) == (2, False)
    found = read(folded(once.splitlines(), 1).splitlines())
    assert found.usage.total.requests == 10
    assert sums(found.usage) == sums(read(lines).usage)


def test_a_file_without_a_last_line_feed_is_folded_whole():
    assert read(folded([line_of(spent()).rstrip()]).splitlines()).lines == 1
