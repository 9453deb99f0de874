"""The weekly values that evidence rests on, and the fiscal periods that it is asked for."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np

from metrics.calendar import Calendar, month_of, shift_month
from metrics.errors import NorthstarError
from metrics.evidence.measured import Side
from metrics.evidence.memory import Flags, Floats
from metrics.evidence.surprises import surprises
from metrics.signals.holiday import holiday_weeks
from metrics.warehouse.warehouse import Warehouse

_QUARTER = re.compile(r"(\d{4})\s*-?\s*[Qq]([1-4])")
_FIRST_YEAR, _LAST_YEAR = 1900, 2199


@dataclass(frozen=True)
class WeeklyValues:
    """All metrics' whole weeks up to a day: `values` has an array by metric id, one entry a week, NaN where missing.

    A week of which days are missing is missing. `left_out` has for some metrics weeks that don't count although
    there is a value: annotated as an event or as a fault of the data.
    """

    weeks: tuple[date, ...]
    values: Mapping[str, Floats]
    left_out: Mapping[str, Collection[date]] = field(default_factory=dict)

    @cached_property
    def holidays(self) -> Flags:
        """Which weeks hold a holiday that moves business almost everywhere."""
        return holiday_weeks(self.weeks)

    def side(self, metric: str) -> Side:
        """Return a metric's values with what of them was surprising."""
        values = self.of(metric)
        return Side(values, surprises(values, self.ignored(metric), self.holidays))

    def of(self, metric: str) -> Floats:
        """Return a metric's values; all missing where it has none."""
        found = self.values.get(metric)
        return np.full(len(self.weeks), np.nan) if found is None else found

    def ignored(self, metric: str) -> Flags:
        """Return which weeks of a metric are left out."""
        out = self.left_out.get(metric, ())
        return np.array([week in out for week in self.weeks], bool)


def read_weeks(
    warehouse: Warehouse, last_day: date, left_out: Mapping[str, Collection[date]] | None = None
) -> WeeklyValues:
    """Read all whole weeks of all metrics that ended by a day, in one query."""
    matrix = warehouse.weekly_matrix(last_day)
    whole = np.where((matrix.present >= matrix.expected) & (matrix.expected > 0), matrix.value, np.nan)
    there = np.flatnonzero((matrix.present > 0).any(axis=1))
    count = int(there[-1]) + 1 if len(there) else 0
    values = {key: whole[:count, state.number] for key, state in warehouse.series.items() if state.kind != "target"}
    return WeeklyValues(matrix.weeks[:count], values, left_out or {})


def last_day_of_quarter(calendar: Calendar, quarter: str) -> date:
    """Return the last day of a fiscal quarter such as `2026Q3`; raises NorthstarError where it is none."""
    found = _QUARTER.fullmatch(quarter.strip())
    if found is None:
        raise NorthstarError(f"'{quarter}' is no quarter: write it as 2026Q3.")
    number = int(found[2])
    first = _fiscal_start(calendar, int(found[1]))
    return shift_month(month_of(first), 3 * number - 1).last


def last_day_of_year(calendar: Calendar, year: int) -> date:
    """Return the last day of a fiscal year, which is named by the calendar year that it ends in."""
    return shift_month(month_of(_fiscal_start(calendar, year)), 11).last


def _fiscal_start(calendar: Calendar, year: int) -> date:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise NorthstarError(f"{year} is out of reach: write a year from {_FIRST_YEAR} to {_LAST_YEAR}.")
    return date(year if calendar.fiscal_year_starts == 1 else year - 1, calendar.fiscal_year_starts, 1)
