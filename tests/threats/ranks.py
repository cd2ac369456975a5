"""Whether two samples of durations can be told apart, so far apart that no noise of a busy machine explains it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median
from typing import Final

# By chance alone, one comparison in a million looks like this.
SIGNIFICANCE: Final = 1e-6
# Somebody across a network needs more than this.
RATIO: Final = 1.5


def p_of(first: Sequence[float], second: Sequence[float]) -> float:
    """How likely such ranks are if both samples come from one source, either way (Mann and Whitney 1947).

    By the normal approximation, good from some twenty values each; values that are equal count half.
    """
    wins = sum((a > b) + (a == b) / 2 for a in first for b in second)
    pairs = len(first) * len(second)
    deviation = math.sqrt(pairs * (len(first) + len(second) + 1) / 12)
    return math.erfc(abs(wins - pairs / 2) / deviation / math.sqrt(2))


def are_told_apart(first: Sequence[float], second: Sequence[float]) -> bool:
    """Whether one takes longer than the other: by its ranks, and by half as much again."""
    low, high = sorted((median(first), median(second)))
    return p_of(first, second) < SIGNIFICANCE and high > RATIO * low
