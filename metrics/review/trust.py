"""How far each metric can be trusted: what is known of its arrival, its values and its last audit, worst first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from metrics.ledger.audit import RecordedAudit
from metrics.review.arrivals import Arrival, arrivals
from metrics.review.audit import Badge, badge
from metrics.review.figures import Figures
from metrics.review.freshness import Freshness
from metrics.tree.tree import TARGET_SUFFIX, Tree
from metrics.warehouse.plausibility import beyond_bounds, unscaled_percents
from metrics.warehouse.sanity import oddities
from metrics.warehouse.warehouse import Warehouse

Standing = Literal["stale", "mismatch", "late", "withheld", "doubtful", "incomplete", "empty", "sound"]

_ORDER: tuple[Standing, ...] = ("stale", "mismatch", "late", "withheld", "doubtful", "incomplete", "empty", "sound")


@dataclass(frozen=True)
class Trust:
    """What there is to know of a metric before one believes it.

    `late_since` is when its values should have been in; `doubts` are sentences on values that look wrong; `typed` says
    that people type its values.
    """

    arrival: Arrival
    late_since: datetime | None
    doubts: tuple[str, ...]
    badge: Badge | None
    typed: bool = False

    @property
    def standing(self) -> Standing:
        """The worst that there is to say."""
        if self.arrival.state == "stale":
            return "stale"
        if self.badge and self.badge.audit.result == "mismatch":
            return "mismatch"
        if self.arrival.state == "late" or self.late_since is not None:
            return "late"
        if self.arrival.state == "withheld":
            return "withheld"
        if self.doubts:
            return "doubtful"
        if self.arrival.state == "incomplete":
            return "incomplete"
        return "empty" if self.arrival.state == "empty" else "sound"

    @property
    def sentence(self) -> str:
        """What is the matter; empty where nothing is."""
        match self.standing:
            case "mismatch":
                assert self.badge is not None
                return f"{self.badge.audit.author.name} got another value by hand: {self.badge.audit.note or 'no note'}"
            case "late":
                since = f"{self.late_since:%a %-d %b, %H:%M}" if self.late_since else ""
                return f"Late since {since}." if since else "Late: no value in this week."
            case "doubtful":
                more = f" And {len(self.doubts) - 1} more." if len(self.doubts) > 1 else ""
                return self.doubts[0] + more
            case _:
                return self.arrival.sentence

    @property
    def to_do(self) -> str:
        """What to do about it, in a sentence; empty where nothing is to be done."""
        owner = self.arrival.metric.owner or "whoever owns it"
        match self.standing:
            case "stale":
                return "Mend the source; its message says how."
            case "mismatch":
                return f"Find the difference with {owner}, and check it again."
            case "late":
                return f"Ask {owner} when it will be in."
            case "withheld":
                return "Look at the parts of its formula: one of them lags behind, or is zero."
            case "doubtful":
                return f"Ask {owner} whether that is right, and correct it at its source if not."
            case "incomplete":
                return "Wait for the missing days, or ask for them."
            case "empty":
                return self._to_fill
            case _:
                return ""

    @property
    def _to_fill(self) -> str:
        """What gives a first value to a metric that has none."""
        metric = self.arrival.metric
        if metric.formula is not None:
            return "Look at what it is computed from."
        if metric.source is None:
            return "Give it a source in northstar.yaml."
        return (
            "Type its values on its page, or give it another source." if self.typed else "Fill its column, or its rows."
        )


def doubts(tree: Tree, path: Path, today: date) -> dict[str, list[str]]:
    """Return by metric a sentence on each way in which its values, or its target's, look wrong.

    `path` is a published warehouse file that was built from `tree`.
    """
    found: dict[str, list[str]] = {}
    for beyond in beyond_bounds(tree, path):
        days = "1 day" if beyond.days == 1 else f"{beyond.days:,} days"
        found.setdefault(beyond.metric, []).append(
            f"{beyond.first_day} has {beyond.first_value:.15g}, outside its declared bounds; so it is on {days}."
        )
    for key, typical in unscaled_percents(tree, path).items():
        said = f"Values are typically {typical:.3g}, which is {typical:.0%}. Write scale: 0.01?"
        found.setdefault(key.removesuffix(TARGET_SUFFIX), []).append(said)
    for oddity in oddities(tree, path, today):
        which = "Target: " if oddity.key.endswith(TARGET_SUFFIX) else ""
        if oddity.kind != "absent":
            found.setdefault(oddity.key.removesuffix(TARGET_SUFFIX), []).append(which + oddity.sentence)
    return found


def trust(
    tree: Tree,
    warehouse: Warehouse,
    figures: Figures,
    fresh: Mapping[str, Freshness],
    doubted: Mapping[str, Sequence[str]],
    audits: Mapping[str, RecordedAudit],
    now: datetime,
) -> list[Trust]:
    """Return what there is to know of all metrics, worst first, else in the tree's order.

    `fresh` are the sources' freshness, `doubted` what `doubts` returns, `audits` the newest of each metric.
    """
    late = {key: since for source in fresh.values() for key, since in source.late.items()}
    found = []
    for arrival in arrivals(tree, warehouse, figures):
        metric_id = arrival.metric.id
        leaves = [leaf.id for leaf in tree.leaves(metric_id)]
        since = [late[leaf] for leaf in leaves if leaf in late]
        said = tuple(sentence for leaf in dict.fromkeys((metric_id, *leaves)) for sentence in doubted.get(leaf, ()))
        source = tree.sources.get(arrival.metric.source or "")
        typed = source is not None and source.type == "manual"
        found.append(Trust(arrival, min(since, default=None), said, badge(tree, metric_id, audits, now), typed))
    position = {metric_id: number for number, metric_id in enumerate(tree.metrics)}
    return sorted(found, key=lambda one: (_ORDER.index(one.standing), position[one.arrival.metric.id]))
