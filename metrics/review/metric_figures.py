"""What the review shows of one metric: points, changes and targets, each with how far it can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from metrics.calendar import Period

ToDate = Literal["mtd", "qtd", "ytd"]
ChangeName = Literal["wow", "yoy_week", "mtd_yoy", "qtd_yoy", "ytd_yoy"]


@dataclass(frozen=True)
class Point:
    """A metric's value over one period. `present` of `expected` days (weeks, months: by its grain) have a value.

    `value` is None where there is none, where the period has not ended or where the parts can't be combined.
    """

    period: Period
    value: float | None
    present: int
    expected: int

    @property
    def incomplete(self) -> bool:
        """Whether a value is given that some expected days are missing from."""
        return self.value is not None and self.present < self.expected


@dataclass(frozen=True)
class Change:
    """A comparison of two periods: percent points, or basis points for a percent-unit metric.

    `value` is None without a base; `reason` then says why in a few words.
    """

    value: float | None
    incomplete: bool = False
    reason: str | None = None


@dataclass(frozen=True)
class TargetFigures:
    """The target over the same periods as the points of its metric; None where it has none."""

    weekly: tuple[Point, ...]
    monthly: tuple[Point, ...]
    to_date: Mapping[ToDate, Point]


@dataclass(frozen=True)
class MetricFigures:
    """Six weeks, twelve months and the summary box of one metric, oldest period first.

    Prior-year tuples run parallel to the current year's. `last_day` is the newest day with a value, up to the end of
    the review's week (for a formula: of the operand that lags most); None for a metric without any. `is_running`:
    the review's week has not ended.
    """

    metric: str
    weekly: tuple[Point, ...]
    weekly_prior_year: tuple[Point, ...]
    monthly: tuple[Point, ...]
    monthly_prior_year: tuple[Point, ...]
    to_date: Mapping[ToDate, Point]
    changes: Mapping[ChangeName, Change]
    target: TargetFigures | None = None
    last_day: date | None = None
    is_running: bool = False

    @property
    def last_week(self) -> Point:
        """The review's week."""
        return self.weekly[-1]

    @property
    def of_target(self) -> float | None:
        """Last week's value as a share of a target above 0; None without either, or while one is incomplete."""
        if self.target is None:
            return None
        value, target = self.last_week, self.target.weekly[-1]
        if value.value is None or target.value is None or target.value <= 0 or value.incomplete or target.incomplete:
            return None
        return value.value / target.value
