"""Which week a review looks at."""

from __future__ import annotations

from datetime import date, timedelta

from metrics.calendar import month_of, shift_month
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
    newest = _newest_days(warehouse, tree.calendar.last_week_ended(today))
    if not newest:
        return None
    weeks = weeks_with_values(tree, warehouse, today)
    for at in range(0, len(weeks), _WEEKS_AT_ONCE):
        some = weeks[at : at + _WEEKS_AT_ONCE]
        months = [tree.calendar.trailing_months(week_ending, 1)[0].first for week_ending in some]
        complete = warehouse.complete_groups(counted, zip(some, months, strict=True))
        for week_ending in some:
            if complete.get(week_ending, 0) > len(counted) / 2:
                return week_ending
    return tree.calendar.week_ending(max(newest.values()))


def newest_week(tree: Tree, warehouse: Warehouse, today: date) -> date | None:
    """Return the newest week that ended by `today` and has a value of its own; None where there is none."""
    newest = _newest_days(warehouse, tree.calendar.last_week_ended(today))
    days = [day for key, day in newest.items() if warehouse.series[key].grain != "monthly"]
    return tree.calendar.week_ending(max(days)) if days else None


def weeks_with_values(tree: Tree, warehouse: Warehouse, today: date, running: bool = False) -> list[date]:
    """Return the weeks from the newest with any value back to the oldest, of those that ended by today.

    With `running` also newer ones that have values of their own. A monthly value is the newest of its metric in all
    weeks until the next month ends.
    """
    calendar = tree.calendar
    ended = calendar.last_week_ended(today)
    newest = _newest_days(warehouse, date.max if running else ended)
    if not newest:
        return []
    oldest = min(state.first_day for state in warehouse.series.values() if state.kind == "value" and state.first_day)
    ends = []
    for key, day in newest.items():
        ends.append(calendar.week_ending(day))
        if warehouse.series[key].grain == "monthly":
            next_month = shift_month(month_of(day), 1)
            ends.append(min(ended, calendar.last_week_ended(next_month.last - timedelta(days=1))))
    end = max(ends) if running else min(max(ends), ended)
    count = (end - calendar.week_ending(oldest)).days // 7 + 1
    return [period.last for period in reversed(calendar.weeks(end, count))]


def _newest_days(warehouse: Warehouse, up_to: date) -> dict[str, date]:
    """Return the newest day with a value, up to a day, of each metric that is read from a source."""
    return {key: day for key, day in warehouse.newest_days(up_to).items() if warehouse.series[key].kind == "value"}
