"""The textbook process behaviour chart: individual values and moving ranges (XmR).

Wheeler & Chambers, Understanding Statistical Process Control (1992); Wheeler, Understanding Variation (2000): natural
limits at 2.66 mean (3.145 median) moving ranges around the mean (median), the upper range limit at 3.268 (3.865).
Only to be trusted where weeks are alike and independent: no trend, no season, little memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from metrics.signals.memory import Bools, Floats, Whole

Centre = Literal["mean", "median"]

_FACTORS = {"mean": (2.66, 3.268), "median": (3.145, 3.865)}
_LONG_RUN = 8
_MOST_MEMORY = 0.2


@dataclass(frozen=True)
class NaturalLimits:
    """Central line, natural process limits, mean (or median) moving range and its upper limit."""

    centre: float
    lower: float
    upper: float
    moving_range: float
    range_limit: float


@dataclass(frozen=True)
class XmrChart:
    """One entry a week: limits, moving range and its limit, and the number of the rule that flags it (0 for none)."""

    centre: Floats
    lower: Floats
    upper: Floats
    moving_range: Floats
    range_limit: Floats
    rule: Whole


def natural_limits(values: Floats, centre: Centre = "mean") -> NaturalLimits:
    """Return the limits of values in their order; NaN weeks are left out, and no range reaches across them."""
    average = np.mean if centre == "mean" else np.median
    known = values[~np.isnan(values)]
    ranges = np.abs(np.diff(values))
    ranges = ranges[~np.isnan(ranges)]
    if not len(ranges):
        return NaturalLimits(*([float("nan")] * 5))
    middle, width = float(average(known)), float(average(ranges))
    to_limit, to_range_limit = _FACTORS[centre]
    return NaturalLimits(middle, middle - to_limit * width, middle + to_limit * width, width, to_range_limit * width)


def rules(values: Floats, centre: Floats, lower: Floats, upper: Floats) -> Whole:
    """Return for each week the first of Wheeler's detection rules that it completes, 0 where none.

    1: outside the limits. 2: the eighth in a row on one side of the central line. 3: three of four in a row nearer to
    one limit than to the central line.
    """
    found = np.zeros(len(values), np.int64)
    side = np.nan_to_num(np.sign(values - centre)).astype(np.int64)
    nearer = np.where(values > (centre + upper) / 2, 1, np.where(values < (centre + lower) / 2, -1, 0))
    for week in range(len(values)):
        if values[week] > upper[week] or values[week] < lower[week]:
            found[week] = 1
        elif side[week] and week + 1 >= _LONG_RUN and (side[week - _LONG_RUN + 1 : week + 1] == side[week]).all():
            found[week] = 2
        elif nearer[week] and (nearer[max(0, week - 3) : week + 1] == nearer[week]).sum() >= 3:
            found[week] = 3
    return found


def chart(values: Floats, dividers: Sequence[int] = (), locked: int | None = None, centre: Centre = "mean") -> XmrChart:
    """Return the chart of a whole history: limits of their own between dividers (numbers of first weeks).

    `locked` fixes the limits of each part to those of its first so many weeks.
    """
    columns = np.full((4, len(values)), np.nan)
    bounds = [0, *sorted(set(dividers) - {0}), len(values)]
    rule = np.zeros(len(values), np.int64)
    for first, end in pairwise(bounds):
        part = values[first:end]
        found = natural_limits(part[:locked] if locked else part, centre)
        columns[:, first:end] = np.array([found.centre, found.lower, found.upper, found.range_limit])[:, None]
        rule[first:end] = rules(part, *columns[:3, first:end])
    ranges = np.abs(np.diff(values, prepend=np.nan))
    ranges[bounds[1:-1]] = np.nan
    return XmrChart(columns[0], columns[1], columns[2], ranges, columns[3], rule)


def limits_before(values: Floats) -> tuple[Floats, Floats, Floats]:
    """Return central line, lower and upper limit for each week, from the weeks before it (weeks x metrics)."""
    known = ~np.isnan(values)
    ranges = np.abs(np.diff(values, axis=0, prepend=np.nan))
    has_range = ~np.isnan(ranges)

    def mean_before(numbers: Floats, there: Bools) -> Floats:
        count: Whole = np.cumsum(there, axis=0) - there
        total = np.cumsum(np.where(there, numbers, 0.0), axis=0) - np.where(there, numbers, 0.0)
        return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))

    centre, width = mean_before(values, known), _FACTORS["mean"][0] * mean_before(ranges, has_range)
    return centre, centre - width, centre + width


def is_trustworthy(values: Floats, trend_or_season: bool) -> bool:
    """Whether the chart's alarms mean something: no trend or season chosen, little memory in the last 52 weeks."""
    if trend_or_season:
        return False
    last = values[-52:]
    off = last - np.nanmean(last)
    pairs = off[1:] * off[:-1]
    spread = np.nanmean(off**2)
    return bool(spread > 0 and np.nanmean(pairs) / spread < _MOST_MEMORY)
