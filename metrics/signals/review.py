"""The signals of a whole tree: every metric's weeks judged, told in words, with the data of their charts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from metrics.signals import xmr
from metrics.signals.holiday import holiday_weeks
from metrics.signals.kind import Kind
from metrics.signals.memory import Floats
from metrics.signals.monitor import Judgements, LockedLimits, judge_weeks
from metrics.signals.procedure import PROCEDURE
from metrics.signals.signal import KeptWeek, KindName, Lock, Signal, Strength
from metrics.signals.wording import Judged, WriteNumber, sentence
from metrics.tree.tree import Metric, Tree
from metrics.warehouse.warehouse import Warehouse, WeeklyValues

NAMES: Mapping[Kind, KindName] = {
    Kind.OUTSIDE_LIMITS: "outside_limits",
    Kind.SMALL_SHIFT: "small_shift",
    Kind.NEW_LEVEL: "new_level",
    Kind.BACK_TO_FORMER_LEVEL: "back_to_former_level",
    Kind.EXPECTED_PEAK_MISSING: "expected_peak_missing",
    Kind.MOVED: "moved",
}
_STRONG = (Kind.OUTSIDE_LIMITS, Kind.NEW_LEVEL, Kind.BACK_TO_FORMER_LEVEL)


@dataclass(frozen=True)
class SignalReview:
    """Every week of every metric up to the review's, judged with what was known in that week.

    Arrays are weeks x metrics; `values` has NaN in weeks that are not judged: no value, or not all of its days.
    """

    tree: Tree
    metric_ids: tuple[str, ...]
    weeks: tuple[date, ...]
    values: Floats
    judgements: Judgements
    kept: Mapping[tuple[str, date], KeptWeek]
    write: WriteNumber

    def signals(self, since: date, up_to: date | None = None) -> list[Signal]:
        """Return the signals of the weeks that end from `since` to `up_to`: oldest first, then in the tree's order."""
        return list(self._signals(since, up_to or self.weeks[-1])) if self.weeks else []

    def signal(self, metric_id: str, week_ending: date) -> Signal | None:
        """Return the signal of one metric in one week, or None where it was routine or not judged."""
        if (metric_id, week_ending) in self.kept:
            return self.kept[metric_id, week_ending].signal
        week, column = self._week.get(week_ending), self._column[metric_id]
        if week is None or self.judgements.kind[week, column] == Kind.ROUTINE:
            return None
        return self._told(week, column)

    def is_judged(self, metric_id: str, week_ending: date) -> bool:
        """Whether a week had a value and limits to hold it against."""
        week, column = self._week.get(week_ending), self._column[metric_id]
        return (
            week is not None
            and not np.isnan(self.values[week, column])
            and not np.isnan(self.judgements.lower[week, column])
        )

    def judged_week(self, metric_id: str, week_ending: date) -> KeptWeek:
        """Return a week as it was judged, for the ledger to keep."""
        if (metric_id, week_ending) in self.kept:
            return self.kept[metric_id, week_ending]
        week, column = self._week.get(week_ending), self._column[metric_id]
        bounds = (None, None, None) if week is None else self._bounds(week, column)
        return KeptWeek(metric_id, week_ending, *bounds, self.signal(metric_id, week_ending))

    def chart(self, metric_id: str) -> pd.DataFrame:
        """Return a metric's process behaviour chart, a row a week from its first value on.

        Columns: week_ending (datetime64); value; expected, lower, upper (NaN without limits); regime (a number that
        rises where limits were recalculated); trial; kind and strength (None where routine). A new level is drawn from
        the week in which it began: `level_since` marks that week.
        """
        column = self._column[metric_id]
        out = self.judgements
        frame = pd.DataFrame(
            {
                "week_ending": pd.to_datetime(list(self.weeks)),
                "value": self.values[:, column],
                "expected": out.expected[:, column],
                "lower": self._lower[:, column],
                "upper": out.upper[:, column],
                "regime": out.regime[:, column],
                "trial": out.trial[:, column],
                "kind": [NAMES.get(Kind(kind)) for kind in out.kind[:, column]],
                "level_since": False,
            }
        )
        begun = out.since[np.isin(out.kind[:, column], (Kind.SMALL_SHIFT, Kind.NEW_LEVEL)), column]
        frame.loc[begun[begun >= 0], "level_since"] = True
        for (metric, week_ending), kept in self.kept.items():
            if metric == metric_id and week_ending in self._week:
                row = [kept.expected, kept.lower, kept.upper, kept.signal.kind if kept.signal else None]
                frame.loc[self._week[week_ending], ["expected", "lower", "upper", "kind"]] = row
        frame["strength"] = [self._strength_of(week, column) for week in range(len(self.weeks))]
        known = np.flatnonzero(~np.isnan(self.values[:, column]))
        return frame.iloc[known[0] if len(known) else len(frame) :].reset_index(drop=True)

    def _signals(self, since: date, up_to: date) -> Iterator[Signal]:
        kept_weeks = {week for _, week in self.kept}
        for week, week_ending in enumerate(self.weeks):
            if not since <= week_ending <= up_to:
                continue
            columns = np.flatnonzero(self.judgements.kind[week] != Kind.ROUTINE)
            if week_ending in kept_weeks:
                columns = np.arange(len(self.metric_ids))
            for column in columns:
                if found := self.signal(self.metric_ids[column], week_ending):
                    yield found

    def _told(self, week: int, column: int) -> Signal:
        out = self.judgements
        kind = Kind(int(out.kind[week, column]))
        expected, lower, upper = self._bounds(week, column)
        since = int(out.since[week, column])
        values = self.values[: week + 1, column]
        judged = Judged(
            metric=self.tree.metrics[self.metric_ids[column]],
            weeks=self.weeks[: week + 1],
            values=values,
            kind=kind,
            expected=np.nan if expected is None else expected,
            lower=np.nan if lower is None else lower,
            upper=np.nan if upper is None else upper,
            before=float(out.expected[max(since, 0), column]),
            since=since if since >= 0 else week,
            trial_weeks=int(np.sum(~np.isnan(values[:-1]))) if out.trial[week, column] else None,
            peak=bool(out.peak[week, column]),
            anew=bool(out.anew[week, column]),
        )
        return Signal(
            metric=judged.metric.id,
            week_ending=self.weeks[week],
            kind=NAMES[kind],
            strength=_strength(kind, judged.trial_weeks is not None),
            value=float(values[-1]),
            expected=expected,
            lower=lower,
            upper=upper,
            sentence=sentence(judged, self.write),
        )

    def _bounds(self, week: int, column: int) -> tuple[float | None, float | None, float | None]:
        out = self.judgements
        found = [float(array[week, column]) for array in (out.expected, self._lower, out.upper)]
        expected, lower, upper = (None if np.isnan(value) else value for value in found)
        return expected, lower, upper

    def _strength_of(self, week: int, column: int) -> Strength | None:
        metric_id, week_ending = self.metric_ids[column], self.weeks[week]
        if (metric_id, week_ending) in self.kept:
            signal = self.kept[metric_id, week_ending].signal
            return signal.strength if signal else None
        kind = Kind(int(self.judgements.kind[week, column]))
        return None if kind == Kind.ROUTINE else _strength(kind, bool(self.judgements.trial[week, column]))

    @cached_property
    def _lower(self) -> Floats:
        """Lower limits; not below zero where no value ever was."""
        never_negative = ~(self.values < 0).any(axis=0)
        return np.asarray(np.where(never_negative, np.maximum(self.judgements.lower, 0.0), self.judgements.lower))

    @cached_property
    def _week(self) -> Mapping[date, int]:
        return {week: number for number, week in enumerate(self.weeks)}

    @cached_property
    def _column(self) -> Mapping[str, int]:
        return {metric_id: number for number, metric_id in enumerate(self.metric_ids)}


def judge(
    tree: Tree,
    warehouse: Warehouse,
    week_ending: date,
    write: WriteNumber,
    locks: Sequence[Lock] = (),
    kept: Collection[KeptWeek] = (),
) -> SignalReview:
    """Judge all weeks of all metrics up to `week_ending`, each with what was known in it.

    `write` writes a number in a metric's unit, for the sentences. `locks` are limits that people fixed; `kept` are
    weeks of past reviews, which stay as they were judged then.
    """
    found = warehouse.all_weekly(week_ending)
    ids = tuple(tree.metrics)
    columns = [warehouse.series[metric_id].number for metric_id in ids]
    values = _judgeable(found)[:, columns]
    denominators = np.full(values.shape, np.nan)
    for column, metric in enumerate(tree.metrics.values()):
        if denominator := denominator_of(metric):
            denominators[:, column] = _judgeable(found)[:, warehouse.series[denominator].number]
    weeks = found.week_endings
    judgements = Judgements.none(values.shape)
    if weeks:
        judgements = judge_weeks(
            values,
            weeks[0].toordinal() // 7,
            denominators,
            holiday_weeks(weeks),
            _locked(locks, ids, weeks),
        )
        textbook = [column for column, metric in enumerate(tree.metrics.values()) if metric.limits == "xmr"]
        if textbook:
            _judge_by_xmr(judgements, values, textbook, _locked(locks, ids, weeks))
    return SignalReview(
        tree, ids, weeks, values, judgements, {(week.metric, week.week_ending): week for week in kept}, write
    )


def denominator_of(metric: Metric) -> str | None:
    """Return the id of the metric that says how much a value rests on: as declared, or as a ratio's formula has it."""
    if metric.denominator or metric.formula is None:
        return metric.denominator
    last = metric.formula.steps[-1] if metric.formula.steps else None
    return last.right.metric if last and last.operator == "/" else None


def _judgeable(found: WeeklyValues) -> Floats:
    """Values of whole weeks; those that lack days are not judged."""
    return np.where(found.present >= found.expected, found.value, np.nan)


def _locked(locks: Sequence[Lock], ids: Sequence[str], weeks: Sequence[date]) -> LockedLimits | None:
    if not locks:
        return None
    shape = (len(weeks), len(ids))
    limits = LockedLimits(*(np.full(shape, np.nan) for _ in range(3)))
    for lock in locks:
        if lock.metric in ids:
            column = ids.index(lock.metric)
            rows = [row for row, week in enumerate(weeks) if lock.holds(week)]
            limits.expected[rows, column] = lock.expected
            limits.lower[rows, column] = lock.lower
            limits.upper[rows, column] = lock.upper
    return limits


def _judge_by_xmr(judgements: Judgements, values: Floats, columns: Sequence[int], locked: LockedLimits | None) -> None:
    """Judge some metrics by the textbook chart: limits from all weeks before, and its three rules."""
    centre, lower, upper = xmr.limits_before(values[:, columns])
    before = np.cumsum(~np.isnan(values[:, columns]), axis=0) - ~np.isnan(values[:, columns])
    for part, column in enumerate(columns):
        bounds = [
            np.where(before[:, part] >= PROCEDURE.first_limits, line[:, part], np.nan)
            for line in (centre, lower, upper)
        ]
        if locked is not None:
            held = (locked.expected, locked.lower, locked.upper)
            bounds = [
                np.where(np.isnan(lock[:, column]), line, lock[:, column])
                for lock, line in zip(held, bounds, strict=True)
            ]
        rule = xmr.rules(values[:, column], *bounds)
        begins = np.concatenate([[True], rule[1:] != rule[:-1]])
        run = (rule > 1) & begins
        judgements.expected[:, column], judgements.lower[:, column], judgements.upper[:, column] = bounds
        judgements.kind[:, column] = np.select([rule == 1, run], [Kind.OUTSIDE_LIMITS, Kind.SMALL_SHIFT], Kind.ROUTINE)
        judgements.since[:, column] = np.where(run, np.arange(len(values)) - np.where(rule == 2, 7, 3), -1)
        judgements.regime[:, column] = 0
        judgements.trial[:, column] = (before[:, part] < PROCEDURE.full_limits) & ~np.isnan(bounds[1])
        judgements.peak[:, column] = judgements.anew[:, column] = False


def _strength(kind: Kind, trial: bool) -> Strength:
    return "strong" if kind in _STRONG and not trial else "moderate"
