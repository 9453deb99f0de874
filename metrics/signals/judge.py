"""From the weekly values of a tree to their signals: reads all weeks at once, and judges them."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from metrics.signals import xmr
from metrics.signals.judgements import Judgements, LockedLimits
from metrics.signals.kind import Kind
from metrics.signals.memory import Bools, Floats
from metrics.signals.procedure import PROCEDURE
from metrics.signals.progress import Progress, judged
from metrics.signals.review import SignalReview
from metrics.signals.seen import Seen
from metrics.signals.signal import KeptWeek, Lock
from metrics.signals.wording import WriteNumber
from metrics.tree.tree import Metric, Tree
from metrics.warehouse.warehouse import Warehouse, WeeklyMatrix


def judge(
    tree: Tree,
    warehouse: Warehouse,
    week_ending: date,
    write: WriteNumber,
    locks: Sequence[Lock] = (),
    kept: Collection[KeptWeek] = (),
    dividers: Mapping[str, Collection[date]] = MappingProxyType({}),
    earlier: Progress | None = None,
) -> SignalReview:
    """Judge all weeks of all metrics up to `week_ending`, each with what was known in it.

    `write` writes a number in a metric's unit, for the sentences. `locks` are limits that people fixed; `kept` are
    weeks of past reviews, which stay as they were judged then, unless their value has changed. `dividers` are the last
    days of the first weeks in which a metric means something else, by its id: it begins anew. With `earlier`, only
    weeks that it has not judged are judged, and those from some way before the first that it saw differently.
    """
    found = warehouse.weekly_matrix(week_ending)
    ids = tuple(tree.metrics)
    columns = [warehouse.series[metric_id].number for metric_id in ids]
    values = _judgeable(found)[:, columns]
    denominators = np.full(values.shape, np.nan)
    for column, metric in enumerate(tree.metrics.values()):
        if denominator := denominator_of(metric):
            denominators[:, column] = _judgeable(found)[:, warehouse.series[denominator].number]
    weeks = found.weeks
    locked = _locked(ids, weeks, locks)
    seen = Seen(ids, weeks, values, denominators, _divided(dividers, ids, weeks), locked)
    monitor, progress = judged(seen, earlier) if weeks else (None, None)
    judgements = monitor.judgements if monitor else Judgements.none(values.shape)
    textbook = [column for column, metric in enumerate(tree.metrics.values()) if metric.limits == "xmr"]
    if textbook and weeks:
        judgements = judgements.longer(0)
        _judge_by_xmr(judgements, seen, textbook)
    by_week = {(week.metric, week.week_ending): week for week in _standing(kept, seen)}
    return SignalReview(tree, ids, weeks, values, judgements, by_week, write, monitor, progress)


def _standing(kept: Collection[KeptWeek], seen: Seen) -> Iterator[KeptWeek]:
    """Yield the kept weeks whose value is still the one that was judged."""
    rows = {week: row for row, week in enumerate(seen.weeks)}
    columns = {metric_id: column for column, metric_id in enumerate(seen.ids)}
    for week in kept:
        row, column = rows.get(week.week_ending), columns.get(week.metric)
        if row is None or column is None:
            continue
        # Sums of the same days may differ in the last digits, with the order in which they were added.
        if week.value is None or math.isclose(seen.values[row, column], week.value, rel_tol=1e-9):
            yield week


def denominator_of(metric: Metric) -> str | None:
    """Return the id of the metric that says how much a value rests on: as declared, or as a ratio's formula has it."""
    if metric.denominator or metric.formula is None:
        return metric.denominator
    last = metric.formula.steps[-1] if metric.formula.steps else None
    return last.right.metric if last and last.operator == "/" else None


def _judgeable(found: WeeklyMatrix) -> Floats:
    """Values of whole weeks; those that lack days are not judged."""
    return np.where(found.present >= found.expected, found.value, np.nan)


def _divided(dividers: Mapping[str, Collection[date]], ids: Sequence[str], weeks: Sequence[date]) -> Bools:
    found = np.zeros((len(weeks), len(ids)), bool)
    for column, metric_id in enumerate(ids):
        found[:, column] = [week in dividers.get(metric_id, ()) for week in weeks]
    return found


def _locked(ids: Sequence[str], weeks: Sequence[date], locks: Sequence[Lock]) -> LockedLimits | None:
    if not locks:
        return None
    limits = LockedLimits(*(np.full((len(weeks), len(ids)), np.nan) for _ in range(3)))
    for lock in locks:
        if lock.metric in ids:
            column = ids.index(lock.metric)
            rows = [row for row, week in enumerate(weeks) if lock.holds(week)]
            limits.expected[rows, column] = lock.expected
            limits.lower[rows, column] = lock.lower
            limits.upper[rows, column] = lock.upper
    return limits


def _judge_by_xmr(judgements: Judgements, seen: Seen, columns: Sequence[int]) -> None:
    """Judge some metrics by the textbook chart: limits from all weeks before, and its three rules."""
    locked = seen.locked
    for column in columns:
        values = seen.values[:, column]
        parts = [0, *(int(week) for week in np.flatnonzero(seen.dividers[:, column]) if week), len(values)]
        bounds, trial = [np.full(len(values), np.nan) for _ in range(3)], np.zeros(len(values), bool)
        for first, end in pairwise(parts):
            known = ~np.isnan(values[first:end])
            before = np.cumsum(known) - known
            for bound, line in zip(bounds, xmr.limits_before(values[first:end, None]), strict=True):
                bound[first:end] = np.where(before >= PROCEDURE.first_limits, line[:, 0], np.nan)
            trial[first:end] = before < PROCEDURE.full_limits
        if locked is not None:
            held = [line[:, column] for line in (locked.expected, locked.lower, locked.upper)]
            bounds = [np.where(np.isnan(lock), line, lock) for lock, line in zip(held, bounds, strict=True)]
        rule = xmr.rules(values, *bounds)
        run = (rule > 1) & np.concatenate([[True], rule[1:] != rule[:-1]])
        judgements.expected[:, column], judgements.lower[:, column], judgements.upper[:, column] = bounds
        judgements.kind[:, column] = np.select([rule == 1, run], [Kind.OUTSIDE_LIMITS, Kind.SMALL_SHIFT], Kind.ROUTINE)
        judgements.since[:, column] = np.where(run, np.arange(len(values)) - np.where(rule == 2, 7, 3), -1)
        judgements.regime[:, column] = np.cumsum(seen.dividers[:, column])
        judgements.trial[:, column] = trial & ~np.isnan(bounds[1])
        judgements.peak[:, column] = judgements.anew[:, column] = False
