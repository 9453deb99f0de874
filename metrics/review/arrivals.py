"""Which values of a week are there: metric by metric and source by source, worst first."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from metrics.review.figures import Figures
from metrics.tree.tree import Metric, Tree
from metrics.warehouse.warehouse import SourceState, Warehouse

State = Literal["stale", "late", "withheld", "incomplete", "empty", "complete"]

_SOURCE_ORDER = ("failed", "stale", "read")
_ORDER: tuple[State, ...] = ("stale", "late", "withheld", "incomplete", "empty", "complete")


@dataclass(frozen=True)
class Arrival:
    """How much of a metric there is in a week. `last_day` is its newest day with a value, of whatever week.

    Stale: the last refresh could not read it, or some of what it is computed from. Late: no value, but older ones.
    Withheld: its formula's parts are there for different days. Empty: never a value.
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
                return "Not computed: the parts of its formula cover different days, or it divides by zero."
            case "incomplete":
                return f"{self.present} of {self.expected} days are there; changes that need all of them stay blank."
            case "empty":
                return "No value yet." if self.metric.source or self.metric.formula else "No source yet."
            case _:
                return ""


def arrivals(tree: Tree, warehouse: Warehouse, figures: Figures) -> list[Arrival]:
    """Return all metrics' arrivals in the figures' week, worst first, else in the tree's order."""
    found = [_arrival(tree, warehouse, figures, metric) for metric in tree.metrics.values()]
    return sorted(found, key=lambda arrival: _ORDER.index(arrival.state))


def worst_first(sources: Iterable[SourceState], late: Collection[str] = ()) -> list[SourceState]:
    """Order sources: those that could not be read, that are late, that left something out, then the others."""

    def standing(source: SourceState) -> tuple[int, bool, bool]:
        return _SOURCE_ORDER.index(source.status), source.id not in late, source.problem_count == 0

    return sorted(sources, key=standing)


def _arrival(tree: Tree, warehouse: Warehouse, figures: Figures, metric: Metric) -> Arrival:
    of_metric = figures[metric.id]
    leaves = [warehouse.series[leaf.id] for leaf in tree.leaves(metric.id)]
    errors = [leaf.error for leaf in leaves if leaf.error]
    monthly = any(leaf.grain == "monthly" for leaf in leaves)
    newest = of_metric.monthly[-1] if monthly else of_metric.last_week
    last_days = [leaf.last_day for leaf in leaves if leaf.last_day]
    first_days = [leaf.first_day for leaf in leaves if leaf.first_day]
    state: State = "complete"
    if errors:
        state = "stale"
    elif of_metric.last_day is None:
        state = "empty"
    elif newest.value is None:
        state = "withheld" if newest.present else "late"
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
        error=errors[0] if errors else None,
    )
