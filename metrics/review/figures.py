"""The weekly figures of all metrics at once: six weeks, twelve months, the summary box, targets and changes.

Rules: `docs/figures.md`. Arrays have one row a metric (in the tree's order) and one column a period.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from metrics.calendar import Calendar, Period, prior_year
from metrics.review.changes import Changes, Kinds, compare, kinds
from metrics.review.metric_figures import Change, ChangeName, MetricFigures, TargetFigures, ToDate
from metrics.review.period_values import PeriodValues
from metrics.review.targets import targets
from metrics.tree.tree import TARGET_SUFFIX, Metric, Tree
from metrics.warehouse.warehouse import Values, Warehouse

TO_DATE: tuple[ToDate, ...] = ("mtd", "qtd", "ytd")


@dataclass(frozen=True)
class ReviewPeriods:
    """The periods that a review of one week looks at, oldest first; a week and a month more for the first change."""

    weeks: tuple[Period, ...]
    months: tuple[Period, ...]
    fiscal_months: tuple[Period, ...]
    to_date: tuple[Period, ...]

    @classmethod
    def of(cls, week_ending: date, calendar: Calendar) -> ReviewPeriods:
        """Return the periods of the review of the week that ends on `week_ending`."""
        return cls(
            weeks=tuple(calendar.weeks(week_ending, 7)),
            months=tuple(calendar.trailing_months(week_ending, 13)),
            fiscal_months=tuple(calendar.fiscal_months(week_ending)),
            to_date=(
                calendar.month_to_date(week_ending),
                calendar.quarter_to_date(week_ending),
                calendar.year_to_date(week_ending),
            ),
        )

    @property
    def current(self) -> tuple[Period, ...]:
        """All periods of the current year, in a fixed order."""
        return self.weeks + self.months + self.fiscal_months + self.to_date

    def slices(self) -> dict[str, slice]:
        """Where each group stands within `current`."""
        bounds = np.cumsum([0, len(self.weeks), len(self.months), len(self.fiscal_months), len(self.to_date)])
        names = ("weeks", "months", "fiscal_months", "to_date")
        return {name: slice(int(bounds[at]), int(bounds[at + 1])) for at, name in enumerate(names)}


class Figures:
    """The figures of a whole tree for the review of one week, which `is_running` where it has not ended."""

    def __init__(self, tree: Tree, warehouse: Warehouse, week_ending: date, is_running: bool = False) -> None:
        self.tree = tree
        self.week_ending = week_ending
        self.is_running = is_running
        self.metric_ids = tuple(tree.metrics)
        self._row = {metric_id: row for row, metric_id in enumerate(self.metric_ids)}
        self._states = warehouse.series
        self._newest = warehouse.newest_days(week_ending)
        self.periods = ReviewPeriods.of(week_ending, tree.calendar)
        current = self.periods.current
        prior = tuple(prior_year(period) for period in current)
        values = warehouse.values(tree, current + prior)
        value_rows = [self._states[metric_id].number for metric_id in self.metric_ids]
        both = _block(values, value_rows, current + prior)
        self._current = self._groups(self._not_ended(both.columns(slice(0, len(current)))))
        self._prior = self._groups(both.columns(slice(len(current), None)))
        self._targets = self._groups(self._not_ended(targets(tree, self._states, self._target_block(values))))

    def __getitem__(self, metric_id: str) -> MetricFigures:
        """Return one metric's figures; raises UnknownNameError."""
        metric = self.tree.metric(metric_id)
        row = self._row[metric_id]
        weeks, months = self.group("weeks"), self.group("months")
        to_date = dict(zip(TO_DATE, self.group("to_date").points(row), strict=True))
        return MetricFigures(
            metric=metric_id,
            weekly=weeks.points(row)[1:],
            weekly_prior_year=self.prior("weeks").points(row)[1:],
            monthly=months.points(row)[1:],
            monthly_prior_year=self.prior("months").points(row)[1:],
            to_date=to_date,
            changes={name: self._change(metric, row, name) for name in self.summary},
            target=self._target(metric, row),
            last_day=self._last_day(metric),
            is_running=self.is_running,
        )

    def group(self, name: str) -> PeriodValues:
        """Return the current year's values of `weeks` (7), `months` (13), `fiscal_months` (12) or `to_date` (3)."""
        return self._current[name]

    def prior(self, name: str) -> PeriodValues:
        """Return the values that the same group is compared with, a year earlier."""
        return self._prior[name]

    def target(self, name: str) -> PeriodValues:
        """Return the targets over a group of periods; NaN for metrics without one."""
        return self._targets[name]

    @cached_property
    def summary(self) -> Mapping[ChangeName, Changes]:
        """The changes of the summary box, in percent points or basis points; one column each."""
        week_on_week = self.change_on_previous("weeks", as_fraction=False)
        names: tuple[ChangeName, ...] = ("mtd_yoy", "qtd_yoy", "ytd_yoy")
        to_date = self.change_on_year("to_date", as_fraction=False)
        return {
            "wow": week_on_week.columns(slice(-1, None)),
            "yoy_week": self.change_on_year("weeks", as_fraction=False).columns(slice(-1, None)),
            **{name: to_date.columns(slice(at, at + 1)) for at, name in enumerate(names)},
        }

    def change_on_year(self, name: str, as_fraction: bool = True) -> Changes:
        """Compare each period of a group with the one a year earlier."""
        return self._compare(self.group(name), self.prior(name), as_fraction)

    def change_on_previous(self, name: str, as_fraction: bool = True) -> Changes:
        """Compare each period of a group, from the second on, with the one before."""
        block = self.group(name)
        return self._compare(block.columns(slice(1, None)), block.columns(slice(0, -1)), as_fraction)

    def _compare(self, a: PeriodValues, b: PeriodValues, as_fraction: bool) -> Changes:
        return compare(a, b, self._kinds, self.tree.calendar, as_fraction)

    @cached_property
    def _kinds(self) -> Kinds:
        return kinds(self.tree, self._states, self.metric_ids)

    def _groups(self, block: PeriodValues) -> Mapping[str, PeriodValues]:
        return {name: block.columns(which) for name, which in self.periods.slices().items()}

    def _not_ended(self, block: PeriodValues) -> PeriodValues:
        """Blank the periods that end after the review's week: fiscal months still to come."""
        ahead = np.array([period.last > self.week_ending for period in block.periods])
        value = np.where(ahead[None, :], np.nan, block.value)
        return PeriodValues(block.periods, value, block.present, block.expected)

    def _target_block(self, values: Values) -> PeriodValues:
        keys = [metric_id + TARGET_SUFFIX for metric_id in self.metric_ids]
        rows = [self._states[key].number if key in self._states else -1 for key in keys]
        block = _block(values, rows, self.periods.current)
        has_series = np.array(rows)[:, None] >= 0
        return PeriodValues(
            block.periods,
            np.where(has_series, block.value, np.nan),
            block.present * has_series,
            block.expected * has_series,
        )

    def _target(self, metric: Metric, row: int) -> TargetFigures | None:
        if metric.target is None:
            return None
        return TargetFigures(
            weekly=self.target("weeks").points(row)[1:],
            monthly=self.target("months").points(row)[1:],
            to_date=dict(zip(TO_DATE, self.target("to_date").points(row), strict=True)),
        )

    def _last_day(self, metric: Metric) -> date | None:
        days = [self._newest.get(leaf.id) for leaf in self.tree.leaves(metric.id)]
        return None if not days or None in days else min(day for day in days if day)

    def _change(self, metric: Metric, row: int, name: ChangeName) -> Change:
        changes = self.summary[name]
        value = changes.value[row, 0]
        if not np.isnan(value):
            return Change(float(value), bool(changes.incomplete[row, 0]))
        return Change(None, reason=self._reason(metric, row, name, bool(changes.unequal[row, 0])))

    def _reason(self, metric: Metric, row: int, name: ChangeName, unequal: bool) -> str:
        """Why a change is blank, in a few words."""
        if name in ("wow", "yoy_week"):
            now = self.group("weeks").points(row)[-1]
            base = self.group("weeks").points(row)[-2] if name == "wow" else self.prior("weeks").points(row)[-1]
        else:
            at = ("mtd_yoy", "qtd_yoy", "ytd_yoy").index(name)
            now, base = self.group("to_date").points(row)[at], self.prior("to_date").points(row)[at]
        before = "the week before" if name == "wow" else "a year earlier"
        for point, when in ((now, ""), (base, f" {before}")):
            if point.value is None and point.present == 0:
                return f"no value{when}"
            if point.value is None and point.present >= point.expected:
                if metric.formula is None:
                    return f"too large a number{when}"
                return f"a division by zero, or parts that cover different days{when}"
            if point.value is None or point.incomplete:
                return f"{point.present} of {point.expected} {self._counted(metric)}{when}"
        if unequal:
            return f"unequal number of {self._counted(metric)} {before}"
        return f"nothing to compare with: {before} it was zero or less"

    def _counted(self, metric: Metric) -> str:
        """What a metric's periods are made of."""
        grains = {self._states[leaf.id].grain for leaf in self.tree.leaves(metric.id)}
        if grains == {"weekly"}:
            return "weeks"
        return "months" if grains == {"monthly"} else "days"


def _block(values: Values, rows: Sequence[int], periods: tuple[Period, ...]) -> PeriodValues:
    columns = slice(0, len(periods))
    return PeriodValues(
        periods, values.value[rows, columns], values.present[rows, columns], values.expected[rows, columns]
    )
