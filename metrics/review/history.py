"""A metric's past for its large chart: weeks, months and years as frames, gaps included."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from metrics.calendar import MONTH_LABELS, Period
from metrics.review.changes import compare, kinds
from metrics.review.period_values import PeriodValues
from metrics.review.targets import levels
from metrics.tree.tree import TARGET_SUFFIX, Metric, Tree
from metrics.warehouse.warehouse import Warehouse

WEEKS_A_YEAR = 52


def weekly_history(tree: Tree, warehouse: Warehouse, metric: Metric, week_ending: date, weeks: int) -> pd.DataFrame:
    """Return the last `weeks` weeks up to `week_ending`, oldest first.

    Columns: period (week_ending, datetime64), value, prior_year (364 days earlier), change on it (percent points or
    basis points) and target, NaN where missing; present and expected days.
    """
    periods = tree.calendar.weeks(week_ending, weeks + WEEKS_A_YEAR)
    found = warehouse.weekly(metric.id).set_index("week_ending")
    target = warehouse.weekly(metric.id + TARGET_SUFFIX).set_index("week_ending")["value"]
    return _frame(tree, warehouse, metric, periods, found, target, WEEKS_A_YEAR)


def monthly_history(tree: Tree, warehouse: Warehouse, metric: Metric, week_ending: date, months: int) -> pd.DataFrame:
    """Return the last `months` months that ended by `week_ending`; columns as `weekly_history`, period: first day."""
    periods = tree.calendar.trailing_months(week_ending, months + 12)
    found = warehouse.monthly(metric.id).set_index("month")
    target = warehouse.monthly(metric.id + TARGET_SUFFIX).set_index("month")["value"]
    return _frame(tree, warehouse, metric, periods, found, target, 12)


def since_first_value(history: pd.DataFrame) -> pd.DataFrame:
    """Return a weekly or monthly history without the periods before there is anything to show."""
    known = history["value"].notna() | history["prior_year"].notna()
    return history.loc[known.idxmax() :].reset_index(drop=True) if known.any() else history


def yearly_history(tree: Tree, warehouse: Warehouse, metric: Metric, week_ending: date) -> pd.DataFrame:
    """Return the months of every fiscal year with a value, up to `week_ending`.

    Columns: year (of the fiscal year's end), month_number (1 to 12 from the fiscal start), month_label, value,
    present and expected; a row for each month from the first value on, without a value where there is none.
    """
    calendar = tree.calendar
    days = [warehouse.series[leaf.id].first_day for leaf in tree.leaves(metric.id)]
    first = min((day for day in days if day), default=None)
    columns = ["year", "month_number", "month_label", "value", "present", "expected"]
    if first is None:
        return pd.DataFrame(columns=columns)
    newest = calendar.trailing_months(week_ending, 1)[0]
    count = (newest.first.year - first.year) * 12 + newest.first.month - first.month + 1
    periods = calendar.trailing_months(week_ending, max(count, 0))
    frame = warehouse.monthly(metric.id).set_index("month").reindex(_index([_day(period) for period in periods]))
    starts = [period.first for period in periods]
    frame["year"] = [calendar.fiscal_year(day) for day in starts]
    frame["month_number"] = [(day.month - calendar.fiscal_year_starts) % 12 + 1 for day in starts]
    frame["month_label"] = [MONTH_LABELS[day.month - 1] for day in starts]
    return _whole_counts(frame).reset_index(drop=True)[columns]


def _frame(
    tree: Tree,
    warehouse: Warehouse,
    metric: Metric,
    periods: Sequence[Period],
    found: pd.DataFrame,
    target: pd.Series[float],
    periods_a_year: int,
) -> pd.DataFrame:
    """Lay what was found on every period; the first year of them only serves as the prior year of the others."""
    frame = _whole_counts(found.reindex(_index([_day(period) for period in periods])))
    now, before = _values(frame.iloc[periods_a_year:], periods), _values(frame.iloc[:-periods_a_year], periods)
    of_metric = kinds(tree, warehouse.series, [metric.id])
    changes = compare(now, before, of_metric, tree.calendar, as_fraction=False)
    if metric.target and metric.target.level is not None:
        aim = levels(tree, metric, metric.target.level, warehouse.series, now.periods)
    else:
        aim = np.asarray(target.reindex(frame.index), np.float64)[periods_a_year:]
    return pd.DataFrame(
        {
            "period": frame.index[periods_a_year:],
            "value": now.value[0],
            "prior_year": before.value[0],
            "change": changes.value[0],
            "target": aim,
            "present": now.present[0],
            "expected": now.expected[0],
        }
    )


def _values(frame: pd.DataFrame, periods: Sequence[Period]) -> PeriodValues:
    """Return the rows of a frame as the values of one metric over as many of `periods`."""
    by_day = {_day(period): period for period in periods}
    return PeriodValues(
        tuple(by_day[day.date()] for day in frame.index),
        *(frame[name].to_numpy()[None, :] for name in ("value", "present", "expected")),
    )


def _day(period: Period) -> date:
    """Return the day that names a period: a week's last, a month's first."""
    return period.last if period.span == "week" else period.first


def _index(days: Sequence[date]) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(pd.to_datetime(list(days)))


def _whole_counts(frame: pd.DataFrame) -> pd.DataFrame:
    """Make the counts of days whole numbers again, which missing rows have made fractions."""
    return frame.assign(**{name: frame[name].fillna(0).astype(np.int64) for name in ("present", "expected")})
