"""Targets over the periods of a review: levels scaled to each period, or series as read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from metrics.calendar import Calendar, Period
from metrics.review.period_values import Bools, Floats, PeriodValues
from metrics.tree.tree import Metric, Tree
from metrics.warehouse.warehouse import SeriesState


def targets(tree: Tree, states: Mapping[str, SeriesState], series: PeriodValues) -> PeriodValues:
    """Return every metric's target: `series` holds the rows of those that are read; NaN where there is none."""
    value = series.value.copy()
    for row, metric in enumerate(tree.metrics.values()):
        if metric.target is None:
            continue
        if metric.target.level is not None:
            value[row] = levels(tree, metric, metric.target.level, states, series.periods)
        else:
            value[row, ~_applies(tree, metric, states, series.periods)] = np.nan
    return PeriodValues(series.periods, value, series.present, series.expected)


def levels(
    tree: Tree, metric: Metric, level: float, states: Mapping[str, SeriesState], periods: Sequence[Period]
) -> Floats:
    """Scale a week's level to each period as the metric grows with its days; NaN beyond weeks where that is unclear.

    A sum grows by days / 7, a mean stays, and a mean over a sum shrinks by 7 / days; see `Tree.degree`.
    """
    grains = {states[leaf.id].grain for leaf in tree.leaves(metric.id)}
    grain = next(iter(grains)) if len(grains) == 1 else None
    weeks = np.array([_weeks(period, grain, tree.calendar) for period in periods], dtype=float)
    degree = tree.degree(metric.id)
    found = np.where(_are_weeks(periods), level, np.nan) if degree is None else level * weeks**degree
    found[~_applies(tree, metric, states, periods)] = np.nan
    return found


def _applies(tree: Tree, metric: Metric, states: Mapping[str, SeriesState], periods: Sequence[Period]) -> Bools:
    """Where a metric can have a value at all: not in weeks if counted by month, and one alone if not additive."""
    is_week = _are_weeks(periods)
    leaves = list(tree.leaves(metric.id))
    applies = np.full(len(periods), True)
    not_added = [part for part in (metric, *leaves) if not part.additive]
    if not_added:
        by_month = all(part.formula is None and states[part.id].grain == "monthly" for part in not_added)
        one = np.array([tree.calendar.values_in("monthly", period) <= 1 for period in periods])
        applies &= one if by_month else is_week
    if any(states[leaf.id].grain == "monthly" for leaf in leaves):
        applies &= ~is_week
    return applies


def _are_weeks(periods: Sequence[Period]) -> Bools:
    return np.array([period.span == "week" for period in periods])


def _weeks(period: Period, grain: str | None, calendar: Calendar) -> float:
    """Return how many weeks long a period is, counted in what a metric of a grain has values for."""
    if grain == "weekly":
        return calendar.values_in("weekly", period)
    if grain == "monthly":
        ended = [month for month in calendar.trailing_months(period.last, 12) if month.first >= period.first]
        return sum(month.days for month in ended) / 7 if ended else np.nan
    return period.days / 7
