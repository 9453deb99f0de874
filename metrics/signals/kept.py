"""What the ledger keeps of past reviews: weeks as they were judged, and limits that people locked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import cast

from metrics.ledger.judged_limits import JudgedLimits, RecordedLimits, ToldSignal
from metrics.ledger.limits import Limits
from metrics.signals.judge import judge
from metrics.signals.progress import FILE_NAME, Progress
from metrics.signals.review import SignalReview
from metrics.signals.signal import KeptWeek, KindName, Lock, Signal, Strength
from metrics.signals.wording import WriteNumber
from metrics.tree.tree import Metric, Tree
from metrics.warehouse.warehouse import Warehouse

_WEEK = timedelta(days=7)


def judge_as_kept(
    tree: Tree,
    warehouse: Warehouse,
    week_ending: date,
    write: WriteNumber,
    limits: Limits,
    as_of: datetime | None = None,
    state: Path | None = None,
) -> SignalReview:
    """Judge all weeks up to one with the locks, and the weeks of past reviews, that the ledger keeps.

    With `as_of`, those that it kept at that moment. With `state`, the workspace's state folder, judging goes on from
    where it was left there, and how far it came is written down. Raises LedgerError.
    """
    kept = [_kept(week) for week in limits.judged(as_of)]
    path = state / FILE_NAME if state else None
    earlier = Progress.read(path) if path else None
    review = judge(tree, warehouse, week_ending, write, locks_of(limits.decisions(as_of)), kept, earlier=earlier)
    progress = review.progress
    # Who looks at an old week leaves what is known of later ones.
    if path and as_of is None and progress and not (earlier and earlier.covers(progress)):
        progress.write(path)
    return review


def locks_of(decisions: Iterable[RecordedLimits]) -> list[Lock]:
    """Return the locks of all metrics, each up to the week before it was released or set again.

    `decisions` are locks and releases in their order. A lock that never held, because it was undone from its own week
    or an earlier one on, is left out.
    """
    found: dict[str, list[Lock]] = {}
    for one in decisions:
        before = found.setdefault(one.metric, [])
        before[:] = [lock for lock in (_ended(lock, one.week_ending) for lock in before) if lock is not None]
        if one.state == "locked":
            before.append(_lock(one))
    return [lock for locks in found.values() for lock in locks]


def to_keep(review: SignalReview, week_ending: date) -> list[JudgedLimits]:
    """Return what is to be kept of a week's review: of metrics with limits and a value to hold against them."""
    return [
        as_judged(review.judged_week(metric_id, week_ending), review.tree.metrics[metric_id])
        for metric_id in review.metric_ids
        if review.is_judged(metric_id, week_ending) and (metric_id, week_ending) not in review.kept
    ]


def as_judged(week: KeptWeek, metric: Metric) -> JudgedLimits:
    """Return a judged week as the ledger writes it down."""
    signal = week.signal
    return JudgedLimits(
        metric=week.metric,
        week_ending=week.week_ending,
        method=metric.limits or "northstar",
        lower=week.lower,
        centre=week.expected,
        upper=week.upper,
        value=week.value,
        signal=ToldSignal(signal.kind, signal.strength, signal.sentence) if signal else None,
    )


def _ended(lock: Lock, following: date) -> Lock | None:
    """Return a lock up to the week before one, None where it began no earlier."""
    if lock.first_week >= following:
        return None
    last = following - _WEEK
    if lock.last_week is not None and lock.last_week <= last:
        return lock
    return Lock(
        lock.metric, lock.first_week, lock.expected, lock.lower, lock.upper, last, lock.by, lock.at, lock.because
    )


def _lock(one: RecordedLimits) -> Lock:
    lower, centre, upper = one.lower, one.centre, one.upper
    assert lower is not None and centre is not None and upper is not None, "limits are locked as three numbers"
    by = one.locked_by.name if one.locked_by else None
    return Lock(one.metric, one.week_ending, centre, lower, upper, None, by, one.at, one.reason)


def _kept(week: JudgedLimits) -> KeptWeek:
    told, value = week.signal, week.value
    signal = None
    if told is not None and value is not None:
        signal = Signal(
            metric=week.metric,
            week_ending=week.week_ending,
            kind=cast(KindName, told.kind),
            strength=cast(Strength, told.strength),
            value=value,
            expected=week.centre,
            lower=week.lower,
            upper=week.upper,
            sentence=told.sentence,
        )
    return KeptWeek(week.metric, week.week_ending, week.centre, week.lower, week.upper, signal, value)
