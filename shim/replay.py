"""Replay: the judge fed from files. What shadow mode says live, this says in CI.

Everything about choosing recorded cases, judging many of them and summing up lives here. Law: what could not be
judged counts against parity; a replay that judged nothing is neither a success nor a failure (exit status 2).
"""

import multiprocessing
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any
from xml.etree import ElementTree as ET

from native.wire.loose import MISSING
from shim.exchange import Case
from shim.judge.accepted import Rules
from shim.judge.judge import judge
from shim.judge.verdict import Difference, Level, Verdict
from shim.labels import Labels, labels

_BATCH = 16  # cases handed to a process at once


@dataclass(frozen=True, slots=True)
class Selection:
    """Which cases to judge: texts that a full name contains, labels that must match, and how many at most."""

    only: str = ""
    skip: str = ""
    endpoint: str = ""
    provider: str = ""
    limit: int = 0

    def of(self, cases: Iterable[Case]) -> list[Case]:
        """The chosen ones; with a limit, spread evenly over all."""
        found = [c for c in cases if self._wanted(c)]
        if self.limit and len(found) > self.limit:
            step = len(found) / self.limit
            return [found[int(i * step)] for i in range(self.limit)]
        return found

    def _wanted(self, case: Case) -> bool:
        name = case.full_name
        if self.only not in name or (self.skip and self.skip in name):
            return False
        if not (self.endpoint or self.provider):
            return True
        said = labels(case)
        return self.endpoint in {"", said.endpoint} and self.provider in {"", said.provider}


@dataclass(frozen=True, slots=True)
class Result:
    """One judged case: its name, labels, verdict, how long it took in seconds, and its size in bytes."""

    name: str
    labels: Labels
    verdict: Verdict
    seconds: float
    size: int = 0


@dataclass(slots=True)
class Summary:
    """What a replay came to.

    Attributes:
        results: One for each case, in order.
        rules: The accepted differences with their hits.
    """

    results: list[Result] = field(default_factory=list)
    hits: Counter[str] = field(default_factory=Counter)

    @property
    def levels(self) -> Counter[Level]:
        """How many at each level."""
        return Counter(r.verdict.level for r in self.results)

    @property
    def judged(self) -> int:
        """How many could be judged."""
        return len(self.results) - self.levels[Level.UNJUDGED]

    @property
    def parity(self) -> float:
        """Clean of all, in per cent; what was not judged is not clean."""
        clean = sum(r.verdict.clean for r in self.results)
        return 100 * clean / len(self.results) if self.results else 0.0

    def by(self, key: str) -> dict[str, Counter[Level]]:
        """Levels by `group`, `endpoint`, `provider` or `stream`."""
        out: dict[str, Counter[Level]] = {}
        for one in self.results:
            name = one.name.rsplit("/", 1)[0] if key == "group" else str(getattr(one.labels, key))
            out.setdefault(name, Counter())[one.verdict.level] += 1
        return dict(sorted(out.items()))

    def exit_status(self, fail_under: float) -> int:
        """0 at or above the wanted parity, 1 below it, 2 where nothing could be judged."""
        if not self.judged:
            return 2
        return 0 if self.parity >= fail_under else 1


def _one(case: Case, rules: Rules | None) -> Result:
    start = perf_counter()
    verdict = judge(case, rules)
    return Result(case.full_name, labels(case), verdict, perf_counter() - start, size_of(case))


def size_of(case: Case) -> int:
    """Bytes that clients and providers sent in a case: how much there is to read of it."""
    first = case.runs[0].exchanges if case.runs else ()
    said = [
        m for x in first for m in (x.request, x.response, *(s for i in x.upstream for s in (i.request, i.response)))
    ]
    return sum(len(message.body) for message in said if message is not None)


def _batch(cases: Sequence[Case], rules: Rules | None) -> list[Result]:
    return [_one(c, rules) for c in cases]


def replay(cases: Sequence[Case], rules: Rules | None = None, *, jobs: int = 1) -> Iterator[Result]:
    """Judge cases one after another, or in several processes; results come in the order of the cases.

    Args:
        cases: What to judge.
        rules: Accepted differences; their hits are in the verdicts.
        jobs: Processes.
    """
    if jobs <= 1 or len(cases) <= _BATCH:
        for case in cases:
            yield _one(case, rules)
        return
    batches = [cases[i : i + _BATCH] for i in range(0, len(cases), _BATCH)]
    with ProcessPoolExecutor(min(jobs, len(batches)), mp_context=multiprocessing.get_context("spawn")) as pool:
        for found in pool.map(_batch, batches, [rules] * len(batches)):
            yield from found


def _plain(value: Any) -> Any:
    return None if value is MISSING else value


def difference_json(one: Difference) -> dict[str, Any]:
    """A difference as JSON; a side that has nothing there is null, and `kind` says so."""
    return {
        "path": one.path,
        "side": str(one.side),
        "kind": str(one.kind),
        "legacy": _plain(one.legacy),
        "native": _plain(one.native),
        **({"note": one.note} if one.note else {}),
    }


def verdict_json(one: Verdict) -> dict[str, Any]:
    """A verdict as JSON."""
    return {
        "level": str(one.level),
        "clean": one.clean,
        "sent": one.sent,
        "reason": str(one.reason) if one.reason else None,
        "detail": one.detail,
        "differences": [difference_json(d) for d in one.differences],
        "rules": list(one.rules),
        "noise": list(one.noise),
    }


def summary_json(summary: Summary) -> dict[str, Any]:
    """A whole replay as JSON: parity, counts by label, and each case."""
    return {
        "parity": round(summary.parity, 4),
        "cases": len(summary.results),
        "judged": summary.judged,
        "levels": {str(k): n for k, n in summary.levels.items()},
        "by": {
            key: {name: {str(k): n for k, n in c.items()} for name, c in summary.by(key).items()}
            for key in ("group", "endpoint", "provider", "stream")
        },
        "results": [
            {
                "case": r.name,
                "endpoint": r.labels.endpoint,
                "provider": r.labels.provider,
                "stream": r.labels.stream,
                **verdict_json(r.verdict),
            }
            for r in summary.results
        ],
    }


def write_junit(path: Path, summary: Summary) -> None:
    """Write JUnit XML: a case that is not clean is a failure, never a skip."""
    suite = ET.Element(
        "testsuite",
        name="replay",
        tests=str(len(summary.results)),
        failures=str(sum(not r.verdict.clean for r in summary.results)),
        time=f"{sum(r.seconds for r in summary.results):.3f}",
    )
    for one in summary.results:
        group, _, name = one.name.rpartition("/")
        case = ET.SubElement(suite, "testcase", classname=group.replace("/", "."), name=name, time=f"{one.seconds:.4f}")
        if not one.verdict.clean:
            kind = one.verdict.reason or one.verdict.level
            failure = ET.SubElement(case, "failure", type=str(kind), message=one.verdict.detail or str(kind))
            failure.text = _xml_safe(
                "\n".join(
                    f"{d.path}: {d.kind}: legacy {d.legacy!r}, native {d.native!r} {d.note}"
                    for d in one.verdict.differences
                )
            )
    ET.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)


def _xml_safe(text: str) -> str:
    """Without the control characters that XML 1.0 has no way to write."""
    return "".join(c if c in "\t\n\r" or ord(c) >= 32 else "\ufffd" for c in text)
