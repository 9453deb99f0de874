"""Which of a deck's metrics are the targets of others."""

from __future__ import annotations

from metrics.wbr_app.config import OTHER_AGGREGATES
from metrics.wbr_app.deck import Deck, DeckMetric

_SUFFIX = "__Target"


def targets_of(deck: Deck) -> dict[str, DeckMetric]:
    """Return by the name of a metric the one that is its target.

    It is drawn as such in the metric's graph, or its column is called as the metric's with `__Target` after it. Both
    have the same aggregate and filter, since a target is aggregated like its metric.
    """
    found: dict[str, DeckMetric] = {}
    for block in deck.blocks:
        first = next((shown.metric for shown in block.shown if not shown.is_target), None)
        owner = deck.metric(first) if first else None
        for shown in block.shown:
            target = deck.metric(shown.metric) if shown.is_target else None
            if owner and target and _can_be(owner, target):
                found.setdefault(owner.name, target)
    for owner in deck.metrics:
        for target in deck.metrics:
            if target.column == f"{owner.column}{_SUFFIX}" and _can_be(owner, target):
                found.setdefault(owner.name, target)
    return found


def _can_be(owner: DeckMetric, target: DeckMetric) -> bool:
    alike = owner.aggf == target.aggf and owner.query == target.query and owner.name != target.name
    return alike and owner.column is not None and target.column is not None and owner.aggf not in OTHER_AGGREGATES
