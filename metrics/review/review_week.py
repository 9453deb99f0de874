"""Which week a review looks at."""

from __future__ import annotations

from datetime import date

import pandas as pd

from metrics.tree.tree import Tree
from metrics.warehouse.warehouse import Warehouse


def review_week(tree: Tree, warehouse: Warehouse, today: date) -> date | None:
    """Return the newest week, ended by `today`, in which more than half of the deck's metrics are complete.

    Each counts at its own grain: a monthly metric by the last month that ended by then, a formula by all that it
    rests on. Metrics without any value don't count. Where no week has so many, it is the newest week that ended by
    today with any value; None without values.
    """
    leaves = {metric_id: {leaf.id for leaf in tree.leaves(metric_id)} for metric_id in tree.deck_metrics}
    states = warehouse.series
    counted = {
        metric_id: found
        for metric_id, found in leaves.items()
        if found and all(states[leaf].last_day is not None for leaf in found)
    }
    weeks = weeks_with_values(tree, warehouse, today)
    if not weeks:
        return None
    complete = warehouse.complete_periods(weeks[0])
    weekly = complete[complete["span"] == "week"].groupby("key")["last"].agg(set).to_dict()
    monthly = complete[complete["span"] == "month"].groupby("key")["last"].agg(set).to_dict()
    for week_ending in weeks:
        month = pd.Timestamp(tree.calendar.trailing_months(week_ending, 1)[0].last)
        week = pd.Timestamp(week_ending)

        def is_complete(leaf: str, week: pd.Timestamp = week, month: pd.Timestamp = month) -> bool:
            if states[leaf].grain == "monthly":
                return month in monthly.get(leaf, ())
            return week in weekly.get(leaf, ())

        done = sum(all(is_complete(leaf) for leaf in found) for found in counted.values())
        if done > len(counted) / 2:
            return week_ending
    return weeks[0]


def weeks_with_values(tree: Tree, warehouse: Warehouse, today: date | None = None) -> list[date]:
    """Return the weeks from the newest with any value back to the oldest; with `today`, those that ended by then."""
    calendar = tree.calendar
    days = [(state.first_day, state.last_day) for state in warehouse.series.values() if state.kind == "value"]
    known = [(first, last) for first, last in days if first and last]
    if not known:
        return []
    oldest = calendar.week_ending(min(first for first, _ in known))
    newest = calendar.week_ending(max(last for _, last in known))
    if today is not None and newest > today:
        newest = calendar.last_week_ended(today)
    return [period.last for period in reversed(calendar.weeks(newest, max((newest - oldest).days // 7 + 1, 0)))]
