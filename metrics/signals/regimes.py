"""Stretches of weeks that one level describes: when a new one begins, and when the former one is back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from metrics.signals.kind import Kind
from metrics.signals.memory import Bools, Floats, Whole
from metrics.signals.model import Models

if TYPE_CHECKING:
    from metrics.signals.monitor import Monitor

_LONGEST_HOLIDAY = 3


class Regimes:
    """Where each metric's levels begin (weeks x metrics), and what was left at the last shift."""

    def __init__(self, monitor: Monitor) -> None:
        weeks, metrics = monitor.values.shape
        self.monitor = monitor
        self.restart = np.zeros((weeks, metrics), bool)
        self.outside = np.zeros((weeks, metrics), np.int64)
        self.begins = np.zeros(metrics, np.int64)
        self.former_value = np.full(metrics, np.nan)
        self.former_week = np.zeros(metrics, np.int64)
        self.former_until = np.full(metrics, -1)
        self.events: list[list[int]] = [[] for _ in range(metrics)]
        self._counts = np.zeros(metrics, np.int64)

    def history(self, week: int) -> Whole:
        """Return how many clean weeks before `week` each metric's limits rest on."""
        inside = np.arange(week)[:, None] >= self.begins
        return np.asarray((~np.isnan(self.monitor.clean[:week]) & inside).sum(axis=0))

    def clean_weeks(self, first: int, week: int, which: Whole) -> tuple[Floats, Bools]:
        """Return some metrics' clean values in the weeks from `first` to before `week`, and where levels begin."""
        inside = np.arange(first, week)[:, None] >= self.begins[None, which]
        clean = self.monitor.clean[first:week][:, which]
        return np.where(inside, clean, np.nan), self.restart[first:week][:, which]

    def divide(self, week: int, metric: int) -> None:
        """Begin anew with a week from which a metric means something else: nothing before it counts."""
        monitor = self.monitor
        self.begins[metric] = week
        self.restart[week, metric] = True
        self.events[metric] = []
        self.former_until[metric] = -1
        self.outside[max(0, week - 4) : week, metric] = 0
        monitor.peaks.forget(slice(0, week), metric)
        monitor.standard[:week, metric] = np.nan
        monitor.slow[metric], monitor.slow_zero[metric] = 0.0, week
        monitor.models.replace(np.array([metric]), Models.none(1, monitor.procedure.scale_weeks))
        monitor.judgements.regime[week, metric] += 1

    def settle(self, week: int, beyond: Bools, signal: Bools, limit: Floats) -> None:
        """Decide what weeks outside their limits mean: one week, a new level, a return, or limits that don't hold."""
        self.outside[week] = np.where(beyond, np.sign(np.nan_to_num(self.monitor.standard[week])), 0)
        for metric in np.flatnonzero(signal):
            self._settle(week, int(metric), float(limit[metric]))

    def shifted_slowly(self, week: int, metric: int, limit: float) -> None:
        """Begin a new level where the errors have leaned to one side for long."""
        if not self._returns(week, metric, limit):
            earliest = week - self.monitor.procedure.longest_shift + 1
            self._shift(week, metric, max(int(self.monitor.slow_zero[metric]), earliest), Kind.SMALL_SHIFT)

    def _settle(self, week: int, metric: int, limit: float) -> None:
        p = self.monitor.procedure
        if self._returns(week, metric, limit):
            return
        events = [at for at in self.events[metric] if at > week - p.storm_weeks]
        if week == 0 or self.outside[week - 1, metric] != self.outside[week, metric]:
            events.append(week)
        self.events[metric] = events
        since = self._run(week, metric)
        if since is not None:
            self._shift(week, metric, since, Kind.NEW_LEVEL)
        elif len(events) >= p.storm_events:
            self._begin_anew(week, metric)

    def _run(self, week: int, metric: int) -> int | None:
        """Return the first week of a run on one side: three in a row, four of five, or two at the same height."""
        last = self.outside[max(0, week - 4) : week + 1, metric] == self.outside[week, metric]
        if len(last) >= 3 and last[-3:].all():
            return week - 2
        if last.sum() >= 4:
            return week - len(last) + 1 + int(np.argmax(last))
        if len(last) >= 2 and last[-2]:
            heights = self.monitor.standard[week - 1 : week + 1, metric]
            if abs(heights[1] - heights[0]) <= self.monitor.procedure.pair_gap:
                return week - 1
        return None

    def _returns(self, week: int, metric: int, limit: float) -> bool:
        """Whether a week is back within the limits of the level before the last shift; that level then goes on."""
        if week > self.former_until[metric] or np.isnan(self.former_value[metric]):
            return False
        monitor = self.monitor
        models, out = monitor.models, monitor.judgements
        start = int(self.former_week[metric])
        pattern = monitor.design[start : week + 1] @ models.coefficients[metric]
        former = self._z(metric, np.array([self.former_value[metric]]))[0]
        level = former - pattern[0]
        spread = float(monitor.forecast(week)[1][metric])
        middle = level + pattern[-1]
        z = self._z(metric, monitor.values[start : week + 1, metric])
        if not abs(z[-1] - middle) <= limit * spread:
            return False
        between = slice(start, week)
        sizes = (z[:-1] - level - pattern[:-1]) / spread
        short = week - start <= _LONGEST_HOLIDAY
        sizes = np.where(short & (np.abs(sizes) > limit), sizes, 0.0)
        usual = np.exp(level + pattern[:-1]) if models.log[metric] else level + pattern[:-1]
        monitor.peaks.write(between, metric, sizes, monitor.values[between, metric], usual)
        monitor.peaks.forget(slice(week, week + 1), metric)
        self.restart[between, metric] = False
        monitor.clean[between, metric] = np.nan
        monitor.clean[week, metric] = monitor.values[week, metric]
        models.level[metric], models.deviation[metric] = level, 0.0
        for name, side in (("expected", 0.0), ("lower", -limit), ("upper", limit)):
            limits = middle + side * spread
            getattr(out, name)[week, metric] = np.exp(limits) if models.log[metric] else limits
        self._close(week, metric, Kind.BACK_TO_FORMER_LEVEL, start)
        return True

    def _shift(self, week: int, metric: int, since: int, kind: Kind) -> None:
        """Move the level to the median of the weeks since the shift began, and remember the former one."""
        monitor = self.monitor
        models = monitor.models
        weeks = slice(since, week + 1)
        values = monitor.values[weeks, metric]
        if models.log[metric] and not (values[~np.isnan(values)] > 0).all():
            self._begin_anew(week, metric)
            return
        former = monitor.judgements.expected[since, metric]
        z = self._z(metric, values) - monitor.design[weeks] @ models.coefficients[metric]
        level = np.nanmedian(z)
        belongs = np.abs(z - level) <= monitor.procedure.slow_limit * monitor.forecast(week)[1][metric]
        monitor.clean[weeks, metric] = np.where(belongs, values, np.nan)
        for at in np.flatnonzero(belongs):
            monitor.peaks.forget(slice(since + at, since + at + 1), metric)
        self.restart[since, metric] = True
        models.level[metric], models.deviation[metric] = level, 0.0
        models.age[metric] = max(int(belongs.sum()), 1)
        self._close(week, metric, kind, since)
        self.former_value[metric], self.former_week[metric] = former, since
        self.former_until[metric] = week + monitor.procedure.former_weeks

    def _begin_anew(self, week: int, metric: int) -> None:
        """Start from the last weeks alone: the limits no longer describe the process."""
        monitor = self.monitor
        since = max(0, week - monitor.procedure.storm_weeks + 1)
        weeks = slice(since, week + 1)
        self.begins[metric] = since
        self.restart[since, metric] = True
        self.events[metric] = []
        monitor.clean[weeks, metric] = monitor.values[weeks, metric]
        monitor.peaks.forget(weeks, metric)
        monitor.models.chosen[metric] = False
        monitor.judgements.anew[week, metric] = True
        self._close(week, metric, Kind.NEW_LEVEL, since)

    def _close(self, week: int, metric: int, kind: Kind, since: int) -> None:
        """Begin the next stretch."""
        monitor = self.monitor
        self.former_until[metric] = -1
        self.outside[max(0, week - 4) : week + 1, metric] = 0
        monitor.slow[metric] = 0.0
        out = monitor.judgements
        out.kind[week, metric] = kind
        out.since[week, metric] = since
        out.regime[week, metric] += 1

    def _z(self, metric: int, values: Floats) -> Floats:
        """Return values in logs where the metric's model is, NaN where there is no logarithm."""
        if not self.monitor.models.log[metric]:
            return values
        return np.log(np.where(values > 0, values, np.nan))
