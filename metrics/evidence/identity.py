"""Pairs of metrics that go together because one is computed from the other: nothing that numbers could test."""

from __future__ import annotations

from metrics.tree.tree import Metric, Tree


def identity(tree: Tree, source: str, metric: str) -> str | None:
    """Return, as a sentence, why an influence of `source` on `metric` is exact rather than a claim; None where not.

    It is where one is computed from the other, where both are computed from the same metric, and where one counts a
    part of the rows that the other counts.
    """
    one, other = tree.metric(source), tree.metric(metric)
    if one.id == other.id:
        return f"{one.name} can't be an input of itself."
    for whole, part in ((other, one), (one, other)):
        if part.id in _parts(tree, whole.id):
            return f"{whole.name} is computed from {part.name}: that they go together is exact, and no claim to test."
    shared = [name for name in _parts(tree, one.id) if name in _parts(tree, other.id)]
    if shared:
        return (
            f"{one.name} and {other.name} are both computed from {tree.metrics[shared[0]].name}: "
            "that they go together is no evidence of an influence."
        )
    for mine in tree.leaves(one.id):
        for theirs in tree.leaves(other.id):
            if _share_rows(mine, theirs):
                return (
                    f"{_named(mine, one)} and {_named(theirs, other)} count the same rows, or one a part of the "
                    "other's: that they go together is no evidence of an influence."
                )
    return None


def shared_denominator(tree: Tree, source: str, metric: str) -> str | None:
    """Return a sentence where two metrics rest on the same denominator, or one on the other; None where not."""
    one, other = tree.metric(source), tree.metric(metric)
    rests_on = one.denominator if one.denominator in (other.id, other.denominator) else None
    if rests_on is None and other.denominator == one.id:
        rests_on = one.id
    if rests_on is None:
        return None
    return f"Both rest on {tree.metric(rests_on).name}: what moves that moves both."


def _parts(tree: Tree, metric_id: str) -> dict[str, None]:
    """Return all that a metric is computed from, at any depth; nothing for one that is read from a source."""
    found: dict[str, None] = {}
    open_ids = list(tree.metrics[metric_id].components)
    while open_ids:
        part = open_ids.pop(0)
        if part not in found:
            found[part] = None
            open_ids.extend(tree.metrics[part].components)
    return found


def _share_rows(one: Metric, other: Metric) -> bool:
    """Whether two metrics read the same column, one all rows of the other's."""
    if one.source is None or (one.source, one.column or one.id) != (other.source, other.column or other.id):
        return False
    mine, theirs = set(one.where), set(other.where)
    return mine <= theirs or theirs <= mine


def _named(leaf: Metric, of: Metric) -> str:
    return of.name if leaf.id == of.id else f"{leaf.name} (in {of.name})"
