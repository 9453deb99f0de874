"""Which of the values that an earlier review showed are others today."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from metrics.calendar import Period
from metrics.review.figures import Figures
from metrics.review.metric_figures import Point
from metrics.tree.definition import definition_digest
from metrics.tree.tree import Tree
from metrics.warehouse.change_log import ValueChange


@dataclass(frozen=True)
class Restatement:
    """A value of a week or month as a review showed it, and as it is now.

    `changes` are the days' values of its sources that changed in between. `redefined`: the metric, or what its formula
    rests on, has another definition than then.
    """

    metric: str
    was: Point
    now: Point
    changes: tuple[ValueChange, ...] = ()
    redefined: bool = False

    @property
    def completed(self) -> bool:
        """Whether it was shown as incomplete, and all of it is there now."""
        return self.was.incomplete and self.now.value is not None and not self.now.incomplete


@dataclass(frozen=True)
class Redefined:
    """A metric that is computed in another way than a review showed it, with all of its values that are others now."""

    metric: str
    values: tuple[Restatement, ...]

    @property
    def newest(self) -> Restatement:
        """The value of the newest week among them, else of the newest month."""
        return max(self.values, key=lambda one: (one.was.period.days == 7, one.was.period.last))

    @property
    def changes(self) -> tuple[ValueChange, ...]:
        """The days' values that changed besides, each once."""
        return tuple(dict.fromkeys(change for one in self.values for change in one.changes))


def restatements(before: Figures, now: Figures, changes: Iterable[ValueChange] = ()) -> list[Restatement]:
    """Return what differs between two computations of one week's figures: six weeks and twelve months a metric.

    In the order of the tree, weeks first, oldest first. A value that was blank then is new, not restated. `changes` are
    those of days' values between the two.
    """
    of_key: dict[str, list[ValueChange]] = {}
    for change in changes:
        of_key.setdefault(change.key, []).append(change)
    found = []
    for metric_id in now.tree.metrics:
        if metric_id not in before.tree.metrics:
            continue
        was, present = before[metric_id], now[metric_id]
        redefined = definition_digest(metric_id, before.tree) != definition_digest(metric_id, now.tree)
        causes = [change for leaf in _leaves(now.tree, metric_id) for change in of_key.get(leaf, ())]
        for old, new in zip((*was.weekly, *was.monthly), (*present.weekly, *present.monthly), strict=True):
            if old.value is not None and old.value != new.value:
                found.append(Restatement(metric_id, old, new, _within(causes, old.period), redefined))
    return found


def by_cause(found: Sequence[Restatement]) -> tuple[list[Restatement], list[Redefined]]:
    """Return the values that the sources changed, and the metrics that are computed in another way, in their order."""
    redefined: dict[str, list[Restatement]] = {}
    for one in found:
        if one.redefined:
            redefined.setdefault(one.metric, []).append(one)
    groups = [Redefined(metric, tuple(values)) for metric, values in redefined.items()]
    return [one for one in found if not one.redefined], groups


def _within(changes: Iterable[ValueChange], period: Period) -> tuple[ValueChange, ...]:
    # Weeks that count towards a month may end outside of it.
    first, last = (
        (min(period.first, period.weeks[0]), max(period.last, period.weeks[1]))
        if period.weeks
        else (period.first, period.last)
    )
    within = tuple(change for change in changes if first <= change.day <= last)
    return tuple(change for change in within if period.first <= change.day <= period.last) or within


def _leaves(tree: Tree, metric_id: str) -> list[str]:
    return [leaf.id for leaf in tree.leaves(metric_id)]
