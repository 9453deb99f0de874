"""Monthly levels, for a yearly claim on an outcome without weekly values, such as revenue that is booked by month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from metrics.calendar import Period, month_of, shift_month
from metrics.evidence.cycle import MONTHS
from metrics.evidence.measured import Side
from metrics.evidence.memory import Flags, Floats
from metrics.evidence.surprises import surprises
from metrics.evidence.weeks import WeeklyValues
from metrics.tree.tree import Tree
from metrics.warehouse.warehouse import Warehouse

_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class MonthlyValues:
    """The months that are over, oldest first; `own` has the monthly values of metrics without weekly ones.

    A value that adds up over its days is told as that of a month of average length: February is no slump.
    """

    months: tuple[Period, ...]
    own: Mapping[str, Floats]
    weekly: WeeklyValues

    def side(self, metric: str) -> Side:
        """Return a metric's months with what of them was surprising."""
        values, left_out = self._given(metric) if metric in self.own else self._from_weeks(metric)
        return Side(values, surprises(values, left_out, cycle=MONTHS))

    def _given(self, metric: str) -> tuple[Floats, Flags]:
        """Return a metric's own months; those with a marked week are left out."""
        marked = {month_of(week).first for week in self.weekly.left_out.get(metric, ())}
        return self.own[metric], np.array([month.first in marked for month in self.months], bool)

    def _from_weeks(self, metric: str) -> tuple[Floats, Flags]:
        """Return the means of the weeks that end in each month: all must be there, and marked ones don't count."""
        weeks, values, ignored = self.weekly.weeks, self.weekly.of(metric), self.weekly.ignored(metric)
        found, left_out = np.full(len(self.months), np.nan), np.zeros(len(self.months), bool)
        for number, month in enumerate(self.months):
            inside = [at for at, week in enumerate(weeks) if month.first <= week <= month.last]
            if not inside or weeks[inside[0]] - _WEEK >= month.first or weeks[inside[-1]] + _WEEK <= month.last:
                continue
            counted = [at for at in inside if not ignored[at]]
            left_out[number] = not counted
            if np.isfinite(values[inside]).all():
                found[number] = values[counted or inside].mean()
        return found, left_out


def read_months(warehouse: Warehouse, tree: Tree, weekly: WeeklyValues, up_to: date) -> MonthlyValues | None:
    """Read the months that were over by a day, of the North Star and its outcomes; None where all have weekly values.

    A month that lacks values is missing.
    """
    star = tree.north_star
    names = [star.id, *(one.metric for one in star.predicts)] if star else []
    histories = {
        name: warehouse.monthly(name)
        for name in dict.fromkeys(names)
        if not np.isfinite(weekly.of(name)).any() and name in warehouse.series
    }
    whole = {
        name: {
            month.date(): value
            for month, value, present, expected in frame.itertuples(index=False)
            if present >= expected > 0 and np.isfinite(value)
        }
        for name, frame in histories.items()
    }
    firsts = [month for values in whole.values() for month in values]
    if not firsts:
        return None
    months = [month_of(min(firsts))]
    while (after := shift_month(months[-1], 1)).last <= up_to:
        months.append(after)
    lengths = np.array([month.days / MONTHS.days for month in months])
    own = {}
    for name, values in whole.items():
        by_length = lengths ** (tree.degree(name) or 0)
        own[name] = np.array([values.get(month.first, np.nan) for month in months]) / by_length
    return MonthlyValues(tuple(months), {name: values for name, values in own.items() if whole[name]}, weekly)
