"""Weeks that hold a holiday which moves business almost everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import numpy as np

from metrics.signals.memory import Bools


def holiday_weeks(week_endings: Sequence[date]) -> Bools:
    """Return which weeks hold Christmas, New Year, Easter, or Thanksgiving with Black Friday."""
    years = {week.year for week in week_endings}
    days = {day for year in years for day in _holidays(year)}
    return np.array(
        [any(week - timedelta(days=back) in days for back in range(7)) for week in week_endings], dtype=bool
    )


def _holidays(year: int) -> Iterator[date]:
    november = date(year, 11, 1)
    first_thursday = november + timedelta(days=(3 - november.weekday()) % 7)
    yield date(year, 1, 1)
    yield _easter(year)
    yield first_thursday + timedelta(days=21)
    yield first_thursday + timedelta(days=22)
    yield date(year, 12, 25)


def _easter(year: int) -> date:
    """Return Easter Sunday. Source: Meeus, Astronomical Algorithms (1991), chapter 8."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)
