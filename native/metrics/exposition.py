"""Prometheus' text format, version 0.0.4, as far as native speaks it.

Law: whatever a label holds, a line stays a line.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

type Labels = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Family:
    """One metric.

    Attributes:
        name: Its name, without what a histogram's samples add to it.
        kind: `counter`, `gauge` or `histogram`.
        about: What it tells, in one line.
        samples: What its samples' names add to it, their labels and values.
    """

    name: str
    kind: str
    about: str
    samples: list[tuple[str, Labels, float]] = field(default_factory=list)

    def add(self, value: float, *labels: tuple[str, str], suffix: str = "") -> None:
        """Tell one sample."""
        self.samples.append((suffix, labels, value))


def written(families: Iterable[Family]) -> bytes:
    """The text of some metrics; what a lone surrogate stands for is told as a question mark."""
    lines: list[str] = []
    for family in families:
        lines += (f"# HELP {family.name} {family.about}", f"# TYPE {family.name} {family.kind}")
        lines += (f"{family.name}{suffix}{_spelled(labels)} {value}" for suffix, labels, value in family.samples)
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def _spelled(labels: Labels) -> str:
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels) + "}" if labels else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
