"""What is doubted of a metric's values: those that look wrong, and days that have none."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from metrics.tree.tree import TARGET_SUFFIX, Tree
from metrics.warehouse.oddity import written
from metrics.warehouse.plausibility import beyond_bounds, unscaled_percents
from metrics.warehouse.sanity import oddities

_FEW = 3


@dataclass(frozen=True)
class Doubt:
    """One way in which a metric's values, or its target's, look wrong, and what to do about it.

    `kind` is that of an oddity (`absent` among them), `bounds` or `not_scaled`; `brief` names fewer days.
    """

    kind: str
    sentence: str
    brief: str
    to_do: str

    def of(self, name: str) -> Doubt:
        """Return it as told of something that is computed from the metric of that name; itself without a name."""
        return replace(self, sentence=f"{name}: {self.sentence}", brief=f"{name}: {self.brief}") if name else self


def doubts(tree: Tree, path: Path, today: date, ids: Collection[str] | None = None) -> dict[str, list[Doubt]]:
    """Return by metric what is doubted of its values; only of the metrics in `ids` where they are given.

    `path` is a published warehouse file that was built from `tree`, `today` the day in the workspace's time zone.
    """
    found: dict[str, list[Doubt]] = {}

    def add(key: str, kind: str, sentence: str, brief: str, to_do: str) -> None:
        metric_id = key.removesuffix(TARGET_SUFFIX)
        if ids is None or metric_id in ids:
            target = "Target: " if key != metric_id else ""
            found.setdefault(metric_id, []).append(Doubt(kind, target + sentence, target + brief, to_do))

    for beyond in beyond_bounds(tree, path):
        add(beyond.metric, "bounds", beyond.sentence, replace(beyond, days=beyond.days[:_FEW]).sentence, beyond.to_do)
    for key, typical in unscaled_percents(tree, path).items():
        said = f"Values are typically {typical:.3g}, which is {written(round(typical, 2), 'percent')}."
        add(key, "not_scaled", said, said, "Write scale: 0.01.")
    keys = None if ids is None else [key for metric_id in ids for key in (metric_id, metric_id + TARGET_SUFFIX)]
    for oddity in oddities(tree, path, today, keys):
        add(oddity.key, oddity.kind, oddity.sentence, replace(oddity, days=oddity.days[:_FEW]).sentence, oddity.to_do)
    return found
