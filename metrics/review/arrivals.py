"""Which values of a week are there: metric by metric and source by source, worst first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from metrics.review.figures import Figures
from metrics.tree.tree import Metric, Tree
from metrics.warehouse.warehouse import SourceState, Warehouse

State = Literal["stale", "late", "withheld", "incomplete", "awaited", "empty", "complete"]

_SOURCE_ORDER = ("failed", "stale", "read")
_ORDER: tuple[State, ...] = ("stale", "late", "withheld", "incomplete", "awaited", "empty", "complete")


@dataclass(frozen=True)
class Arrival:
    """How much of a metric there is in a week. `last_day` is its newest day with a value that is not to come.

    Stale: the last refresh could not read it, or some of what it is computed from. Late: no value, but older ones;
    awaited, while the week has not ended.
    Withheld: its formula's parts are there, but for different days, or it divides by zero. Empty: never a value.
    """

    metric: Metric
    state: State
    grain: str
    present: int
    expected: int
    first_day: date | None
    last_day: date | None
    error: str | None

    @property
    def sentence(self) -> str:
        """What is the matter, in a sentence; empty where nothing is."""
        match self.state:
            case "stale":
                return f"Could not be read by the last refresh: {self.error}"
            case "late":
                return "Late: no value in this week. Ask its owner when it will be in."
            case "withheld":
                why = "it divides by zero" if self.present >= self.expected else "its parts cover different days"
                return f"Not computed: {why}."
            case "incomplete":
                return f"{self.present} of {self.expected} days are there; changes that need all of them stay blank."
            case "awaited":
                return "No value in this week, which has not ended."
            case "empty":
                return "No value yet." if self.metric.source or self.metric.formula else "No source yet."
            case _:
                return ""


def arrivals(
    tree: Tree, warehouse: Warehouse, figures: Figures, today: date = date.max, ids: Collection[str] | None = None
) -> list[Arrival]:
    """Return all metrics' arrivals in the figures' week, worst first, else in the tree's order.

    `today` is the day in the workspace's time zone; `ids` limits it to some metrics.
    """
    newest_days = warehouse.newest_days(today) if today < date.max else _last_days(warehouse)
    asked = [metric for metric in tree.metrics.values() if ids is None or metric.id in ids]
    found = [_arrival(tree, warehouse, figures, metric, newest_days) for metric in asked]
    return sorted(found, key=lambda arrival: _ORDER.index(arrival.state))


def worst_first(sources: Iterable[SourceState], late: Collection[str] = ()) -> list[SourceState]:
    """Order sources: those that could not be read, that are late, that left something out, then the others."""

    def standing(source: SourceState) -> tuple[int, bool, bool]:
        return _SOURCE_ORDER.index(source.status), source.id not in late, source.problem_count == 0

    return sorted(sources, key=standing)


def _last_days(warehouse: Warehouse) -> dict[str, date]:
    return {key: state.last_day for key, state in warehouse.series.items() if state.last_day}


def _arrival(
    tree: Tree, warehouse: Warehouse, figures: Figures, metric: Metric, newest_days: Mapping[str, date]
) -> Arrival:
    of_metric = figures[metric.id]
    leaves = [warehouse.series[leaf.id] for leaf in tree.leaves(metric.id)]
    error = next((leaf.error for leaf in leaves if leaf.error), None)
    parts = [tree.metrics[leaf.key].name for leaf in leaves if leaf.error == error and leaf.key != metric.id]
    if error and parts:
        error = f"{', '.join(parts)}: {error}"
    monthly = any(leaf.grain == "monthly" for leaf in leaves)
    newest = of_metric.monthly[-1] if monthly else of_metric.last_week
    last_days = [newest_days[leaf.key] for leaf in leaves if leaf.key in newest_days]
    first_days = [leaf.first_day for leaf in leaves if leaf.first_day]
    state: State = "complete"
    if error:
        state = "stale"
    elif of_metric.last_day is None:
        state = "empty"
    elif newest.value is None:
        missing: State = "awaited" if figures.is_running and not monthly else "late"
        state = "withheld" if newest.present else missing
    elif newest.incomplete:
        state = "incomplete"
    return Arrival(
        metric=metric,
        state=state,
        grain=", ".join(dict.fromkeys(leaf.grain or "unknown" for leaf in leaves)),
        present=newest.present,
        expected=newest.expected,
        first_day=max(first_days, default=None),
        last_day=min(last_days) if len(last_days) == len(leaves) else None,
        error=error,
    )
