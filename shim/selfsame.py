"""How far the legacy is itself: its second run of each recorded case judged against the first.

What a gate asks before it believes the judge. Law: judged as a live exchange would be, on one run, with learned noise
and without accepted differences; what is not equal to itself here is no evidence against native there.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import orjson

from shim.exchange import Case
from shim.judge.compare import compare
from shim.judge.noisebook import NoiseBook
from shim.labels import labels


def selfsame(cases: Iterable[Case], book: NoiseBook) -> dict[str, dict[str, int]]:
    """By endpoint: how many cases have two runs, and in how many of them the second is as the first."""
    clean: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for case in cases:
        endpoint = labels(case).endpoint
        if len(case.runs) < 2 or not endpoint:
            continue
        every[endpoint] += 1
        clean[endpoint] += compare(replace(case, runs=case.runs[:1]), case.runs[1], None, book).clean
    return {name: {"clean": clean[name], "all": every[name]} for name in sorted(every)}


def write(path: Path, figures: dict[str, dict[str, int]]) -> None:
    """Write the figures as JSON, one endpoint a line."""
    lines = (f"  {orjson.dumps(name).decode()}: {orjson.dumps(figure).decode()}" for name, figure in figures.items())
    path.write_text('{"endpoints": {\n' + ",\n".join(lines) + "\n}}\n", encoding="utf-8")
