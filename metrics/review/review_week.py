"""Which week a review looks at."""

from __future__ import annotations

from datetime import date

from metrics.tree.tree import Tree
from metrics.warehouse.warehouse import Warehouse

# It is hardly ever an old one.
_WEEKS_AT_ONCE = 13


def review_week(tree: Tree, warehouse: Warehouse, today: date) -> date | None:
    """Return the newest week, ended by `today`, in which more than half of the deck's metrics are complete.

    Each counts at its own grain: a monthly metric by the last month that ended by then, a formula by all that it
    rests on. Metrics without any value don't count. Where no week has so many, it is the newest week that ended by
    today with any value; None without values.
    """
    states = warehouse.series
    groups = [{leaf.id for leaf in tree.leaves(metric_id)} for metric_id in tree.deck_metrics]
    counted = [group for group in groups if group and all(states[leaf].last_day is not None for leaf in group)]
    weeks = weeks_with_values(tree, warehouse, today)
    if not weeks:
        return None
    for at in range(0, len(weeks), _WEEKS_AT_ONCE):
        some = weeks[at : at + _WEEKS_AT_ONCE]
        months = [tree.calendar.trailing_months(week_ending, 1)[0].first for week_ending in some]
        complete = warehouse.complete_groups(counted, zip(some, months, strict=True))
        for week_ending in some:
            if complete.get(week_ending, 0) > len(counted) / 2:
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
