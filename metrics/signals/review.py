"""The signals of a whole tree: every metric's weeks judged, told in words, with the data of their charts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from metrics.signals import xmr
from metrics.signals.judgements import Judgements
from metrics.signals.kind import Kind
from metrics.signals.memory import Floats
from metrics.signals.monitor import Monitor
from metrics.signals.progress import Progress
from metrics.signals.signal import KeptWeek, KindName, Signal, Strength
from metrics.signals.wording import Judged, WriteNumber, sentence
from metrics.signals.xmr import XmrChart
from metrics.tree.tree import Tree

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
    monitor: Monitor | None
    progress: Progress | None

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
        if week is None:
            return KeptWeek(metric_id, week_ending, None, None, None)
        value = float(self.values[week, column])
        signal = self.signal(metric_id, week_ending)
        return KeptWeek(metric_id, week_ending, *self._bounds(week, column), signal, None if np.isnan(value) else value)

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
                "upper": self._upper[:, column],
                "regime": out.regime[:, column],
                "trial": out.trial[:, column],
                "kind": [NAMES.get(Kind(kind)) for kind in out.kind[:, column]],
                "level_since": False,
            }
        )
        begun = out.since[np.isin(out.kind[:, column], (Kind.SMALL_SHIFT, Kind.NEW_LEVEL)), column]
        frame.loc[begun[begun >= 0], "level_since"] = True
        kept = [week for (metric, day), week in self.kept.items() if metric == metric_id and day in self._week]
        rows = [self._week[week.week_ending] for week in kept]
        for name in ("expected", "lower", "upper"):
            frame.loc[rows, name] = np.array([getattr(week, name) for week in kept], dtype=np.float64)
        frame.loc[rows, "kind"] = [week.signal.kind if week.signal else None for week in kept]
        frame["strength"] = [self._strength_of(week, column) for week in range(len(self.weeks))]
        known = np.flatnonzero(~np.isnan(self.values[:, column]))
        return frame.iloc[known[0] if len(known) else len(frame) :].reset_index(drop=True)

    def textbook(
        self, metric_id: str, dividers: Sequence[int] = (), locked: int | None = None
    ) -> tuple[XmrChart, bool]:
        """Return a metric's textbook chart over all weeks, and whether its alarms can be trusted.

        `dividers` number the weeks in which it starts again, `locked` says from how many first weeks limits are taken.
        """
        values = self.values[:, self._column[metric_id]]
        models = self.monitor.models if self.monitor else None
        moves = models is not None and bool(models.coefficients[self._column[metric_id]].any())
        return xmr.chart(values, dividers, locked), xmr.is_trustworthy(values, trend_or_season=moves)

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
        found = [float(array[week, column]) for array in (out.expected, self._lower, self._upper)]
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
    def _upper(self) -> Floats:
        """Upper limits; not above 100 % for shares that never were."""
        percent = np.array([self.tree.metrics[metric_id].unit == "percent" for metric_id in self.metric_ids])
        never_more = percent & ~(self.values > 1).any(axis=0)
        return np.asarray(np.where(never_more, np.minimum(self.judgements.upper, 1.0), self.judgements.upper))

    @cached_property
    def _week(self) -> Mapping[date, int]:
        return {week: number for number, week in enumerate(self.weeks)}

    @cached_property
    def _column(self) -> Mapping[str, int]:
        return {metric_id: number for number, metric_id in enumerate(self.metric_ids)}


def _strength(kind: Kind, trial: bool) -> Strength:
    return "strong" if kind in _STRONG and not trial else "moderate"
