"""The audit: one metric a week, in turn, is derived again by hand, and what came of it stays with the metric."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from metrics.ledger.audit import AuditResult, RecordedAudit
from metrics.tree.definition import definition_digest
from metrics.tree.tree import Tree

Age = Literal["fresh", "fading", "old"]

_FRESH = timedelta(weeks=13)
_FADING = timedelta(weeks=26)


@dataclass(frozen=True)
class Badge:
    """What a metric carries of its last audit. There is none once its definition changed."""

    audit: RecordedAudit
    age: Age


def badge(tree: Tree, metric_id: str, newest: Mapping[str, RecordedAudit], now: datetime) -> Badge | None:
    """Return a metric's badge from the `newest` audit of each metric; None without one of the present definition."""
    audit = newest.get(metric_id)
    if audit is None or audit.definition != definition_digest(metric_id, tree):
        return None
    since = now - audit.at
    return Badge(audit, "fresh" if since <= _FRESH else "fading" if since <= _FADING else "old")


def proposed(tree: Tree, earlier: Mapping[str, RecordedAudit]) -> str | None:
    """Return the metric to derive again in the review of a week: the one whose last audit is longest ago.

    `earlier` are the newest audits of the weeks before: what is checked in the week itself, in its turn or out of it,
    does not change whose turn it is. Those never checked, or defined anew since, come first, in the deck's order.
    None in an empty deck.
    """
    order = {metric_id: number for number, metric_id in enumerate(tree.deck_metrics)}

    def turn(metric_id: str) -> tuple[date, int]:
        audit = earlier.get(metric_id)
        checked = audit is not None and audit.definition == definition_digest(metric_id, tree)
        return (audit.week_ending if audit and checked else date.min, order[metric_id])

    return min(order, key=turn, default=None)


def result_of(expected: float | None, derived: float | None, decimals: int) -> AuditResult:
    """Return whether what came out by hand is what was shown, to the number of decimals that was typed.

    Two missing values match.
    """
    if expected is None or derived is None:
        return "match" if expected is derived else "mismatch"
    return "match" if abs(expected - derived) <= 0.5000001 * 10.0**-decimals else "mismatch"
