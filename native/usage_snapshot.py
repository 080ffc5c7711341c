"""Usage as clients read it, take it away and bring it back.

Laws: a snapshot is made in pieces, so that a large one holds up nobody; what is brought back is counted once, however
often it comes.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from native.usage import UNKNOWN, Spent, Sum, Tokens, Usage, summed
from native.wire.loose import integer, text

type Json = dict[str, Any]
AT_ONCE = 256
"""Details of a piece."""


def snapshot(usage: Usage) -> Json:
    """Everything, as clients read it."""
    found: Json = orjson.loads(b"".join(pieces(usage)))
    return found


def pieces(usage: Usage) -> Iterator[bytes]:
    """A snapshot's JSON, in pieces that take a millisecond to make at most; what is counted meanwhile is left out."""
    usage.settle()
    total, details, unpacked = usage.total, usage.details.grouped(), usage.details.unpacked
    apis: dict[str, dict[str, Sum]] = {}
    for (_, key, _, model), one in usage.rows.items():
        apis.setdefault(key, {}).setdefault(model, Sum()).add(one)
    yield orjson.dumps(_head(usage, total))[:-1] + b',"apis":{'
    for at, (key, models) in enumerate(apis.items()):
        yield b"%s%s:%s" % (b"," if at else b"", orjson.dumps(key), _sums(summed(models.values())))
        yield b',"models":{'
        for nth, (model, one) in enumerate(models.items()):
            yield b'%s%s:%s,"details":[' % (b"," if nth else b"", orjson.dumps(model), _sums(one))
            kept = details.get((key, model), ())
            for start in range(0, len(kept), AT_ONCE):
                some = orjson.dumps([_detail(unpacked(packed)) for packed in kept[start : start + AT_ONCE]])
                yield (b"," if start else b"") + some[1:-1]
            yield b"]}"
        yield b"}}"
    yield b"}}"


def _head(usage: Usage, total: Sum) -> Json:
    return {
        "total_requests": total.requests,
        "success_count": total.requests - total.failed,
        "failure_count": total.failed,
        "total_tokens": total.total,
        "requests_by_day": {day: one.requests for day, one in usage.days.items()},
        "requests_by_hour": {hour: one.requests for hour, one in usage.hours.items()},
        "tokens_by_day": {day: one.total for day, one in usage.days.items()},
        "tokens_by_hour": {hour: one.total for hour, one in usage.hours.items()},
    }


def merge(usage: Usage, given: Any, now: float) -> tuple[int, int]:
    """Count an exported snapshot's requests that are not here yet; how many were added, and how many were."""
    usage.settle()
    seen = {_same(spent) for spent in usage.details}
    added = skipped = 0
    for spent in _told(given, now):
        same = _same(spent)
        if same in seen:
            skipped += 1
            continue
        seen.add(same)
        usage.take(spent)
        added += 1
    return added, skipped


def _sums(one: Sum) -> bytes:
    """An object that has begun, for others to end."""
    return b'{"total_requests":%d,"total_tokens":%d' % (one.requests, one.total)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _detail(spent: Spent) -> Json:
    tokens = spent.tokens
    return {
        "timestamp": datetime.fromtimestamp(spent.at, UTC).isoformat().replace("+00:00", "Z"),
        "latency_ms": round(spent.latency * 1000),
        "source": spent.source,
        "auth_index": spent.credential,
        "tokens": {
            "input_tokens": tokens.input,
            "output_tokens": tokens.output,
            "reasoning_tokens": tokens.reasoning,
            "cached_tokens": tokens.cached,
            "total_tokens": tokens.total,
        },
        "failed": spent.failed,
    }


def _same(spent: Spent) -> tuple[Any, ...]:
    """What two tellings of one request have in common."""
    tokens = spent.tokens
    counts = (tokens.input, tokens.output, tokens.reasoning, tokens.cached, tokens.sum)
    return (spent.key, spent.model, round(spent.at * 1e6), spent.source, spent.credential, spent.failed, counts)


def _told(snapshot: Any, now: float) -> Iterator[Spent]:
    """The requests of a snapshot, whatever shape it has."""
    for name, api in _mapping(_mapping(snapshot).get("apis")).items():
        key = name.strip()
        for model, one in _mapping(_mapping(api).get("models")).items() if key else ():
            details = _mapping(one).get("details")
            for detail in details if isinstance(details, list) else ():
                yield _spent(key, model.strip() or UNKNOWN, _mapping(detail), now)


def _spent(key: str, model: str, detail: Mapping[str, Any], now: float) -> Spent:
    said = _mapping(detail.get("tokens"))
    names = ("input_tokens", "output_tokens", "reasoning_tokens", "cached_tokens", "total_tokens")
    try:
        at = datetime.fromisoformat(text(detail.get("timestamp"))).timestamp()
    except (ValueError, OverflowError):
        at = now
    return Spent(
        key,
        "",
        model,
        text(detail.get("auth_index")),
        text(detail.get("source")),
        at if at > 0 else now,
        detail.get("failed") is True,
        Tokens(*(integer(said.get(name)) for name in names)),
        max(0, integer(detail.get("latency_ms"))) / 1000,
    )
