"""The few figures that decide: intervals, not points."""

from math import sqrt

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
