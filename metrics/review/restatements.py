"""Which of the values that an earlier review showed are others today."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from metrics.review.figures import Figures
from metrics.review.metric_figures import Point
from metrics.tree.tree import Tree
from metrics.warehouse.change_log import ValueChange


@dataclass(frozen=True)
class Restatement:
    """A value of a week or month as a review showed it, and as it is now.

    `changes` are the days' values of its sources that changed in between; none where the metric is computed in another
    way than before.
    """

    metric: str
    was: Point
    now: Point
    changes: tuple[ValueChange, ...] = ()

    @property
    def completed(self) -> bool:
        """Whether it was shown as incomplete, and all of it is there now."""
        return self.was.incomplete and self.now.value is not None and not self.now.incomplete


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
        causes = [change for leaf in _leaves(now.tree, metric_id) for change in of_key.get(leaf, ())]
        for old, new in zip((*was.weekly, *was.monthly), (*present.weekly, *present.monthly), strict=True):
            if old.value is not None and old.value != new.value:
                within = (change for change in causes if old.period.first <= change.day <= old.period.last)
                found.append(Restatement(metric_id, old, new, tuple(within)))
    return found


def _leaves(tree: Tree, metric_id: str) -> list[str]:
    return [leaf.id for leaf in tree.leaves(metric_id)]
