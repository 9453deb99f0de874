"""What keeps a tree from rotting: claims that nobody looked at turn stale, and inputs that do nothing are named."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from metrics.errors import NorthstarError
from metrics.evidence.fiscal_quarter import earlier
from metrics.ledger.ledger import Ledger
from metrics.ledger.note import Note
from metrics.tree.load import read_tree
from metrics.tree.tree import Tree

QUARTERS = 2

ClaimKey = tuple[str, str]


def claims_of(tree: Tree) -> list[ClaimKey]:
    """Return the claims of a tree as (input, metric), in the order of the file."""
    return [(claim.metric, metric.id) for metric in tree.metrics.values() for claim in metric.inputs]


def claims_known_at(ledger: Ledger, moment: datetime) -> list[ClaimKey]:
    """Return the claims of the tree as the last refresh before a moment found it; none before the first refresh."""
    refresh = ledger.history.at(moment)
    if refresh is None:
        return []
    try:
        return claims_of(read_tree(ledger.history.tree_text(refresh.number)).tree)
    except NorthstarError:  # a tree that this version can't read any more
        return []


def looked_at(quarter: str) -> list[str]:
    """Return a quarter and the two before it, the newest first: two whole quarters, and what has come of the third."""
    return [earlier(quarter, by) for by in range(QUARTERS + 1)]


def stale_claims(
    known: Iterable[ClaimKey], quarter: str, reviewed: Iterable[tuple[ClaimKey, str]]
) -> frozenset[ClaimKey]:
    """Return the claims that no room has reviewed in a quarter nor in the two before.

    `known` are those that were claimed already when the first of the three began: a new claim can't be stale.
    `reviewed` has each verdict of a room with its quarter.
    """
    of_late = set(looked_at(quarter))
    fresh = {claim for claim, when in reviewed if when in of_late}
    return frozenset(claim for claim in known if claim not in fresh)


def acted_on(signals: Iterable[tuple[str, date]], notes: Iterable[Note]) -> frozenset[str]:
    """Return the metrics with a signal in a week (its last day) that somebody wrote about, other than "routine"."""
    weeks: dict[str, list[date]] = {}
    for metric, week in signals:
        weeks.setdefault(metric, []).append(week)
    return frozenset(
        metric
        for note in notes
        if note.verdict != "routine"
        for metric in note.metrics
        if any(note.first_week <= week <= note.last_week for week in weeks.get(metric, ()))
    )


def proposed_for_retirement(
    tree: Tree,
    known: Collection[ClaimKey],
    tested: Mapping[str, Collection[str]],
    supported: Mapping[str, Collection[str]],
    acted: Collection[str],
) -> list[str]:
    """Return the inputs that could go: claimed all the while, tested, never supported, no signal on them acted on.

    `tested` and `supported` have, by quarter looked at, the inputs with enough weeks for a verdict, and those with a
    supported claim. Components of a formula, the North Star, outcomes and guardrails are kept for other reasons.
    """
    parts = {part for metric in tree.metrics.values() for part in metric.components}
    claimed = {source for source, _ in known}
    return [
        metric.id
        for metric in tree.metrics.values()
        if metric.id in claimed
        and metric.role in ("input", "output")
        and metric.id not in parts
        and metric.id not in acted
        and all(metric.id in inputs for inputs in tested.values())
        and not any(metric.id in inputs for inputs in supported.values())
    ]
