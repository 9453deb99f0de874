"""How far each metric can be trusted: what is known of its arrival, its values and its last audit, worst first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from metrics.ledger.audit import RecordedAudit
from metrics.review.arrivals import Arrival, arrivals
from metrics.review.audit import Badge, badge
from metrics.review.doubts import Doubt
from metrics.review.figures import Figures
from metrics.review.freshness import Freshness
from metrics.tree.tree import Metric, Tree
from metrics.warehouse.oddity import written
from metrics.warehouse.warehouse import Warehouse

Standing = Literal[
    "stale", "mismatch", "late", "withheld", "doubtful", "incomplete", "absent", "awaited", "empty", "sound"
]

_ORDER: tuple[Standing, ...] = (
    "stale", "mismatch", "late", "withheld", "doubtful", "incomplete", "absent", "awaited", "empty", "sound",
)  # fmt: skip


@dataclass(frozen=True)
class Trust:
    """What there is to know of a metric before one believes it.

    `late` says by name which of what it is computed from (itself, with the empty name) should have been in, and since
    when; `doubts` are its values, or those of its parts, that look wrong or are absent; `mismatch` is an audit that
    came to another value, of itself or a part; `typed` says that people type its values.
    """

    arrival: Arrival
    late: Mapping[str, datetime]
    doubts: tuple[Doubt, ...]
    badge: Badge | None
    mismatch: tuple[Metric, RecordedAudit] | None = None
    typed: bool = False

    @property
    def late_since(self) -> datetime | None:
        """Since when values should have been in; None where none are late."""
        return min(self.late.values(), default=None)

    @property
    def wrong(self) -> tuple[Doubt, ...]:
        """The doubts on values that are there."""
        return tuple(doubt for doubt in self.doubts if doubt.kind != "absent")

    @property
    def absent(self) -> tuple[Doubt, ...]:
        """Days of the last 26 weeks that have no value, of whatever week is shown."""
        return tuple(doubt for doubt in self.doubts if doubt.kind == "absent")

    @property
    def standing(self) -> Standing:
        """The worst that there is to say."""
        if self.arrival.state == "stale":
            return "stale"
        if self.mismatch is not None:
            return "mismatch"
        if self.arrival.state == "late" or self.late:
            return "late"
        if self.arrival.state == "withheld":
            return "withheld"
        if self.wrong:
            return "doubtful"
        if self.arrival.state == "incomplete":
            return "incomplete"
        if self.absent:
            return "absent"
        return self.arrival.state if self.arrival.state in ("awaited", "empty") else "sound"

    @property
    def sentence(self) -> str:
        """What is the matter, and how much more there is; empty where nothing is."""
        said = self._said(brief=True)
        more = f" And {len(said) - 1} more, on its page." if len(said) > 1 else ""
        return said[0] + more if said else ""

    @property
    def sentences(self) -> tuple[str, ...]:
        """All that is the matter, the worst first, with up to twenty days of each doubt."""
        return self._said(brief=False)

    def _said(self, brief: bool) -> tuple[str, ...]:
        said = [self.arrival.sentence] if self.arrival.state == "stale" else []
        said += [self._mismatch] if self.mismatch is not None else []
        said += [self._late] if self.late or self.arrival.state == "late" else []
        said += [self.arrival.sentence] if self.arrival.state == "withheld" else []
        said += [doubt.brief if brief else doubt.sentence for doubt in self.wrong]
        said += [self.arrival.sentence] if self.arrival.state in ("incomplete", "empty") else []
        said += [self.arrival.sentence] if self.arrival.state == "awaited" and not self.late else []
        return (*said, *(doubt.brief if brief else doubt.sentence for doubt in self.absent))

    @property
    def _late(self) -> str:
        if self.late_since is None:
            return "Late: no value in this week."
        names = [name for name in self.late if name]
        parts = f": {', '.join(names)}" if names else ""
        return f"Late since {self.late_since:%a %-d %b %Y, %H:%M}{parts}."

    @property
    def _mismatch(self) -> str:
        assert self.mismatch is not None
        metric, audit = self.mismatch
        name = "" if metric.id == self.arrival.metric.id else f"{metric.name}: "
        derived = written(audit.derived, metric.unit) or "no value"
        shown = f"{written(audit.expected, metric.unit)} was shown" if audit.expected is not None else "none was shown"
        note = f": {audit.note}" if audit.note else "."
        return f"{name}{audit.author.name} got {derived} by hand, {shown}{note}"

    @property
    def to_do(self) -> str:
        """What to do about the worst of it, in a sentence; empty where nothing is to be done."""
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
                return f"Ask {owner} whether that is right. {self.wrong[0].to_do}"
            case "incomplete":
                return "Wait for the missing days, or ask for them."
            case "absent":
                return self.absent[0].to_do
            case "awaited":
                return "Wait for the week to end."
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


def trust(
    tree: Tree,
    warehouse: Warehouse,
    figures: Figures,
    fresh: Mapping[str, Freshness],
    doubted: Mapping[str, Sequence[Doubt]],
    audits: Mapping[str, RecordedAudit],
    now: datetime,
    ids: Collection[str] | None = None,
) -> list[Trust]:
    """Return what there is to know of all metrics, worst first, else in the tree's order; `ids` limits it to some.

    `fresh` are the sources' freshness, `doubted` what `doubts` returns, `audits` the newest of each metric.
    """
    late = {key: since for source in fresh.values() for key, since in source.late.items()}
    today = now.astimezone(ZoneInfo(tree.calendar.timezone)).date()
    found = []
    for arrival in arrivals(tree, warehouse, figures, today, ids):
        metric_id = arrival.metric.id
        leaves = list(tree.leaves(metric_id))
        names = {leaf.id: "" if leaf.id == metric_id else leaf.name for leaf in leaves}
        since = {names[leaf]: late[leaf] for leaf in names if leaf in late}
        parts = {metric_id: "", **names}
        said = tuple(doubt.of(name) for part, name in parts.items() for doubt in doubted.get(part, ()))
        source = tree.sources.get(arrival.metric.source or "")
        typed = source is not None and source.type == "manual"
        badges = [(tree.metrics[part], badge(tree, part, audits, now)) for part in parts]
        differ = ((one, its.audit) for one, its in badges if its is not None and its.audit.result == "mismatch")
        found.append(Trust(arrival, since, said, badges[0][1], next(differ, None), typed))
    position = {metric_id: number for number, metric_id in enumerate(tree.metrics)}
    return sorted(
        found,
        key=lambda one: (_ORDER.index(one.standing), one.late_since or now, position[one.arrival.metric.id]),
    )
