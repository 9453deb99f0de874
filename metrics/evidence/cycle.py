"""The year in a series of weeks or of months: trend and season as columns, and what a length can bear of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from metrics.evidence.memory import Floats

DEGREE = 7


@dataclass(frozen=True)
class Cycle:
    """How values go through a year: each covers so many `days`, `a_year` go round, `apart` lie between two years.

    From `one_wave` values on one annual harmonic is fitted, from `two_waves` on two; from then on there are other years
    to compare with. From `bends` on a trend may turn more often than a parabola.
    """

    name: Literal["week", "month"]
    days: float
    a_year: float
    apart: int
    one_wave: int
    two_waves: int
    bends: int

    def waves(self, count: int) -> int:
        """Return how many annual harmonics a history of so many values can bear."""
        return 0 if count < self.one_wave else 1 if count < self.two_waves else 2

    def columns(self, first: int, last: int, waves: int, count: int, *, bends: bool = False) -> Floats:
        """Return the columns of constant, trend, squared trend and annual harmonics for values 0 to `count` - 1.

        The trend runs from -1 at value `first` to 1 at value `last`; `bends` adds polynomials up to the seventh degree.
        """
        number = np.arange(count, dtype=float)
        time = (2 * number - first - last) / max(last - first, 1)
        angle = 2 * np.pi * number / self.a_year
        turns = [turn(angle * wave) for wave in range(1, waves + 1) for turn in (np.sin, np.cos)]
        powers = np.polynomial.legendre.legvander(time, DEGREE if bends else 2)
        return np.column_stack([powers[:, :3], *turns, powers[:, 3:]])


WEEKS = Cycle("week", 7, 365.25 / 7, 52, 40, 78, 78)
MONTHS = Cycle("month", 365.25 / 12, 12, 12, 12, 24, 36)
