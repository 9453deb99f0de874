"""Every week and month whose value is another than it was shown is told, and nothing else is."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from workspaces import WorkspaceFiles

from metrics.known import changes_between, known_with
from metrics.ledger.ledger import Ledger
from metrics.review.figures import Figures
from metrics.review.restatements import restatements
from metrics.tree.load import read_tree
from metrics.warehouse.warehouse import Warehouse

TREE: dict[str, Any] = {
    "sources": {"shop": {"type": "csv", "path": "shop.csv", "date": "day"}},
    "metrics": {"orders": {"source": "shop"}, "double": {"formula": "2 * orders"}},
}
FIRST = date(2025, 12, 1)
LAST = date(2026, 3, 29)
Values = dict[date, int]


def text(values: Values) -> str:
    return "day,orders\n" + "".join(f"{day},{value}\n" for day, value in values.items())


def totals(values: Values) -> dict[tuple[date, date], int]:
    """The sums of the six weeks and of the months up to LAST that have a value at all, by hand."""
    weeks = [(LAST - timedelta(weeks=number, days=6), LAST - timedelta(weeks=number)) for number in range(6)]
    months = [(date(2025, 12, 1), date(2025, 12, 31)), (date(2026, 1, 1), date(2026, 1, 31))]
    months.append((date(2026, 2, 1), date(2026, 2, 28)))
    found = {}
    for first, last in weeks + months:
        within = [value for day, value in values.items() if first <= day <= last]
        if within:
            found[first, last] = sum(within)
    return found


@pytest.mark.parametrize("seed", range(3))
def test_all_that_changed_is_told_and_nothing_else(seed: int, workspace: Callable[..., WorkspaceFiles]) -> None:
    """A few days are restated, or lose their value, in each of three refreshes."""
    rng = random.Random(seed)
    days = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
    values: Values = {day: rng.randint(1, 99) for day in days}
    files = workspace(TREE, {"shop.csv": text(values)})
    files.refresh()
    shown = totals(values)
    for _ in range(3):
        before = datetime.now(UTC)
        was = dict(values)
        for day in rng.sample(sorted(values), rng.randint(1, 4)):
            if rng.random() < 0.3:
                del values[day]
            else:
                values[day] += rng.randint(-5, 5)
        # Two changes that cancel out in their month still show in their weeks, and the other way round.
        files.write("shop.csv", text(values))
        files.refresh()
        now = totals(values)
        expected = {period: (old, now.get(period)) for period, old in shown.items() if now.get(period) != old}
        days_changed = {day for day in was if values.get(day) != was[day]}
        with Ledger.open(files.state) as ledger, files.opened() as (tree, warehouse):
            line = ledger.history.at(before)
            assert line is not None and warehouse.refresh is not None
            changes = changes_between(ledger, line.number, warehouse.refresh, LAST)
            assert {(one.day, one.old, one.new) for one in changes} == {
                (day, was[day], values.get(day)) for day in days_changed
            }
            earlier = Warehouse(known_with(files.workspace, ledger, line))
            try:
                old_tree = read_tree(earlier.tree_text).tree
                told = restatements(Figures(old_tree, earlier, LAST), Figures(tree, warehouse, LAST), changes)
            finally:
                earlier.close()
        for metric, factor in (("orders", 1), ("double", 2)):
            found = {
                (one.was.period.first, one.was.period.last): (one.was.value, one.now.value)
                for one in told
                if one.metric == metric
            }
            assert found == {
                period: (factor * old, None if new is None else factor * new) for period, (old, new) in expected.items()
            }
            causes = {change.day for one in told if one.metric == metric for change in one.changes}
            assert causes <= days_changed
        shown = now
