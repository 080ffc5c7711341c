import asyncio
import stat

import pytest

from native.ledger import Ledger
from native.usage import Spent, Tokens, Usage

AT = 1_760_000_000.0


def spent(n=0):
    return Spent("k", "p", "m", "i", "s", AT + n, False, Tokens(3))


@pytest.fixture
def file(tmp_path):
    return tmp_path / "usage.jsonl"


async def opened(file):
    usage = Usage()
    ledger = Ledger(usage, file)
    await ledger.sync()
    return usage, ledger


async def test_what_was_counted_outlives_its_process(file):
    usage, ledger = await opened(file)
    usage.add(spent())
    await ledger.close()
    again, _ = await opened(file)
    assert (again.rows, list(again.details)) == (usage.rows, list(usage.details))


async def test_only_its_owner_may_read_the_file(file):
    usage, ledger = await opened(file)
    usage.add(spent())
    await ledger.sync()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_nothing_is_written_while_nothing_is_counted(file):
    _, ledger = await opened(file)
    await ledger.close()
    assert list(file.parent.iterdir()) == []


async def test_processes_on_one_file_count_the_same(file):
    one, first = await opened(file)
    one.add(spent())
    await first.sync()
    (other, second), shown = await opened(file), []
    other.seen.append(shown.append)
    for n in (1, 2, 3):
        one.add(spent(n))
        await first.sync()
        other.add(spent(10 + n))
        await second.sync()
    await first.sync()
    assert one.rows == other.rows
    assert one.total.requests == 7
    assert len(shown) == 6


async def test_it_is_kept_as_it_goes(file, monkeypatch):
    monkeypatch.setattr("native.ledger.INTERVAL", 0.001)
    usage = Usage()
    ledger = Ledger(usage, file)
    await ledger.start()
    usage.add(spent())
    async with asyncio.timeout(30):
        while not file.exists() or not file.stat().st_size:  # noqa: ASYNC110 - another thread writes it
            await asyncio.sleep(0.001)
    await ledger.close()


@pytest.mark.parametrize("damage", [b"\x00\xff\n", b'["k","p"', b"{}\n{}\n"])
async def test_a_damaged_file_is_set_aside_and_what_can_be_read_of_it_goes_on(file, caplog, damage):
    usage, ledger = await opened(file)
    usage.add(spent())
    await ledger.close()
    with file.open("ab") as out:
        out.write(damage)
    again, ledger = await opened(file)
    assert again.total.requests == 1
    assert "cannot be read" in caplog.text
    aside = file.with_name("usage.jsonl.broken-1")
    assert aside.read_bytes().endswith(damage)
    again.add(spent(1))
    await ledger.close()
    caplog.clear()
    assert (await opened(file))[0].total.requests == 2
    assert not caplog.text


async def test_a_line_that_was_cut_off_is_not_glued_to_the_next(file):
    usage, ledger = await opened(file)
    usage.add(spent())
    await ledger.sync()
    with file.open("ab") as out:
        out.write(b'["k"')
    usage.add(spent(1))
    await ledger.close()
    assert (await opened(file))[0].total.requests == 2


async def test_a_place_that_cannot_be_written_fails_nothing_and_is_said_once(tmp_path, caplog):
    folder = tmp_path / "gone"
    usage, ledger = await opened(folder / "usage.jsonl")
    for n in range(2):
        usage.add(spent(n))
        await ledger.sync()
    assert usage.total.requests == 2
    assert caplog.text.count("not being kept") == 1
    folder.mkdir()
    await ledger.close()
    assert (await opened(folder / "usage.jsonl"))[0].total.requests == 2


async def test_a_long_file_is_folded_and_nobody_notices(file, monkeypatch):
    monkeypatch.setattr("native.ledger.MOST_BYTES", 300)
    (one, first), (other, second) = await opened(file), await opened(file)
    for n in range(20):
        one.add(spent(n))
        await first.sync()
        other.add(spent(100 + n))
        await second.sync()
    await first.sync()
    assert one.total == other.total
    assert one.total.requests == 40


async def test_what_was_forgotten_is_forgotten_everywhere(file):
    (one, first), (other, second) = await opened(file), await opened(file)
    one.add(spent())
    await first.sync()
    await second.sync()
    await first.clear()
    other.add(spent(1))
    await second.sync()
    await first.sync()
    assert (one.total.requests, other.total.requests) == (1, 1)


async def test_what_is_counted_while_the_file_is_read_is_not_lost(file):
    first_usage, first = await opened(file)
    first_usage.add(spent())
    await first.sync()
    usage = Usage()
    ledger = Ledger(usage, file)
    reading = asyncio.ensure_future(ledger.sync())
    await asyncio.sleep(0)
    usage.add(spent(1))
    await reading
    assert usage.total.requests == 2
