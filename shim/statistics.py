"""The few figures that decide: intervals and ranks, not points and means."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil, erfc, floor, sqrt

Z95 = 1.959963984540054


def wilson(clean: int, judged: int, z: float = Z95) -> tuple[float, float]:
    """Wilson's score interval of a proportion, 95 % by default; (0, 1) where there is no data.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
    """
    if judged <= 0:
        return 0.0, 1.0
    share = clean / judged
    centre = share + z * z / (2 * judged)
    spread = z * sqrt(share * (1 - share) / judged + z * z / (4 * judged * judged))
    scale = 1 + z * z / judged
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def wilson_needs(clean: int, judged: int, low: float, z: float = Z95) -> int | None:
    """How many more must be clean, all of them, before the interval's lower bound reaches `low`; None for never."""
    if low >= 1:
        return None
    if wilson(clean, judged, z)[0] >= low:
        return 0
    more = 1
    while wilson(clean + more, judged + more, z)[0] < low:
        more *= 2
    below = more // 2
    while more - below > 1:
        middle = (more + below) // 2
        if wilson(clean + middle, judged + middle, z)[0] < low:
            below = middle
        else:
            more = middle
    return more


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which this share of some sorted values lies, between neighbours in proportion.

    Raises:
        IndexError: There are no values.
    """
    at = share * (len(values) - 1)
    low, high = values[floor(at)], values[ceil(at)]
    return low + (high - low) * (at - floor(at))


@dataclass(frozen=True, slots=True)
class RankTest:
    """Whether one sample tends to be larger than another.

    Attributes:
        effect: How likely one of the first is larger than one of the second, ties counted half: 0.5 is no tendency.
            0.56 is called a small effect, 0.64 a middling, 0.71 a large one.
        chance: How likely that, or more, comes about where there is no tendency.
    """

    effect: float
    chance: float


def rank_test(first: Sequence[float], second: Sequence[float]) -> RankTest:
    """The test of Mann and Whitney, one-sided (the first is larger), in the normal approximation with ties.

    Good from some 20 values on each side; with none on a side there is no tendency.

    Source: H. B. Mann, D. R. Whitney, "On a test of whether one of two random variables is stochastically larger than
    the other", 1947; the effect is A of A. Vargha, H. D. Delaney, 2000.
    """
    n, m = len(first), len(second)
    if not n or not m:
        return RankTest(0.5, 1.0)
    marked = sorted([(value, 1) for value in first] + [(value, 0) for value in second])
    ranks = ties = 0.0
    seen = 0
    for _, group in groupby(marked, key=lambda one: one[0]):
        mine = [side for _, side in group]
        ranks += sum(mine) * (seen + (len(mine) + 1) / 2)
        ties += len(mine) ** 3 - len(mine)
        seen += len(mine)
    larger = ranks - n * (n + 1) / 2
    spread = sqrt(n * m / 12 * (n + m + 1 - ties / ((n + m) * (n + m - 1))))
    if not spread:
        return RankTest(0.5, 1.0)
    deviation = (larger - n * m / 2 - 0.5) / spread
    return RankTest(larger / (n * m), erfc(deviation / sqrt(2)) / 2)
