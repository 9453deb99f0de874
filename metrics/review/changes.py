"""Changes between periods: the one place that says what may be compared, and how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from metrics.calendar import Calendar, Period
from metrics.review.period_values import Bools, Floats, PeriodValues
from metrics.tree.tree import Tree
from metrics.warehouse.warehouse import SeriesState


@dataclass(frozen=True)
class Changes:
    """Comparisons, one row a metric; NaN where there is none. `unequal`: the periods hold unequally many values."""

    value: Floats
    incomplete: Bools
    unequal: Bools

    def columns(self, which: slice) -> Changes:
        """Return some of the comparisons."""
        return Changes(self.value[:, which], self.incomplete[:, which], self.unequal[:, which])


@dataclass(frozen=True)
class Kinds:
    """What decides how metrics are compared, one entry a metric."""

    percent_unit: Bools
    depends_on_all_days: Bools
    has_weekly_values: Bools
    has_monthly_values: Bools


def kinds(tree: Tree, states: Mapping[str, SeriesState], metric_ids: Sequence[str]) -> Kinds:
    """Return the kinds of metrics; a formula has weekly values where anything that it rests on has."""
    grains = [{states[leaf.id].grain for leaf in tree.leaves(metric_id)} for metric_id in metric_ids]
    return Kinds(
        percent_unit=np.array([tree.metrics[metric_id].unit == "percent" for metric_id in metric_ids]),
        depends_on_all_days=np.array([tree.depends_on_all_days(metric_id) for metric_id in metric_ids]),
        has_weekly_values=np.array(["weekly" in found for found in grains]),
        has_monthly_values=np.array(["monthly" in found for found in grains]),
    )


def compare(a: PeriodValues, b: PeriodValues, of: Kinds, calendar: Calendar, as_fraction: bool) -> Changes:
    """Compare each period of `a` with the same column of `b`.

    Percent: (a / b - 1) * 100 where b > 0; a percent-unit metric in basis points: (a - b) * 10,000. As a fraction: the
    same without the factor. Where a metric depends on all days, incomplete values are not compared, nor periods that
    hold unequally many of its weeks. Periods with unequally many months are never compared: of a metric by the month,
    the days up to 28 February hold one more than those up to it in a leap year.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = np.where(b.value > 0, a.value / b.value - 1, np.nan)
        difference = a.value - b.value
        percent_unit = of.percent_unit[:, None]
        if as_fraction:
            change = np.where(percent_unit, difference, ratio)
        else:
            change = np.where(percent_unit, difference * 10_000, ratio * 100)
    incomplete = a.incomplete | b.incomplete
    of_weeks = of.depends_on_all_days & of.has_weekly_values
    unequal = of_weeks[:, None] & _unequal("weekly", a.periods, b.periods, calendar)
    unequal |= of.has_monthly_values[:, None] & _unequal("monthly", a.periods, b.periods, calendar)
    change[(incomplete & of.depends_on_all_days[:, None]) | unequal | ~np.isfinite(change)] = np.nan
    return Changes(change, incomplete & ~np.isnan(change), unequal)


def _unequal(
    grain: Literal["weekly", "monthly"], a: Sequence[Period], b: Sequence[Period], calendar: Calendar
) -> Bools:
    """Where two periods hold unequally many weeks (or months)."""
    pairs = zip(a, b, strict=True)
    return np.array([calendar.values_in(grain, x) != calendar.values_in(grain, y) for x, y in pairs])
