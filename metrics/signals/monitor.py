"""Judges the weeks of many metrics in their order, each with what was known before it."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from metrics.signals import limits
from metrics.signals.checkpoint import Checkpoint
from metrics.signals.judgements import Judgements, LockedLimits
from metrics.signals.kind import Kind
from metrics.signals.memory import Bools, Floats, Whole
from metrics.signals.model import Models, choose, design
from metrics.signals.procedure import PROCEDURE, Procedure
from metrics.signals.recurring import Peaks
from metrics.signals.regimes import Regimes

_FLOOR = 1e-300
_BESIDE = 3


def judge_weeks(
    values: Floats,
    first_week: int,
    denominators: Floats | None = None,
    holidays: Bools | None = None,
    locked: LockedLimits | None = None,
    dividers: Bools | None = None,
    procedure: Procedure = PROCEDURE,
) -> Judgements:
    """Judge every week of `values` (weeks x metrics, NaN where a week can't be judged).

    `first_week` numbers the first week (its last day's ordinal // 7), so that the weeks in which models are chosen anew
    don't depend on where the data begin. `denominators` (same shape, NaN where a metric has none) say how much each
    value rests on; `holidays` marks weeks whose peaks are expected from the second on; `dividers` (weeks x metrics) the
    first weeks in which a metric means something else, so that it begins anew.
    """
    monitor = Monitor(values, first_week, denominators, holidays, locked, dividers, procedure)
    for week in range(len(values)):
        monitor.judge(week)
    return monitor.judgements


class Monitor:
    """The state of all metrics between two weeks."""

    def __init__(
        self,
        values: Floats,
        first_week: int,
        denominators: Floats | None = None,
        holidays: Bools | None = None,
        locked: LockedLimits | None = None,
        dividers: Bools | None = None,
        procedure: Procedure = PROCEDURE,
    ) -> None:
        metrics = values.shape[1]
        self.procedure = procedure
        self.values = values
        self.first_week = first_week
        self.design = design(first_week, len(values))
        self.denominators = np.full(values.shape, np.nan) if denominators is None else denominators
        self.has_denominator = _has_any(self.denominators)
        self.locked = locked
        self.dividers = np.zeros(values.shape, bool) if dividers is None else dividers
        self.clean = np.full(values.shape, np.nan)
        self.whole = np.ones(metrics, bool)
        self.standard = np.full(values.shape, np.nan)
        self.models = Models.none(metrics, procedure.scale_weeks)
        self.power = np.zeros(metrics)
        self.usual_denominator = np.ones(metrics)
        self.tail = np.ones(metrics)
        self.slow = np.zeros(metrics)
        self.slow_zero = np.zeros(metrics, np.int64)
        self.peaks = Peaks(values.shape, holidays, procedure)
        self.judgements = Judgements.none((len(values), metrics))
        self.regimes = Regimes(self)

    def go_on(self, checkpoint: Checkpoint, judgements: Judgements) -> None:
        """Begin after the weeks that another monitor has judged, which must be the same here."""
        checkpoint.restore(self)
        for field in fields(Judgements):
            getattr(self.judgements, field.name)[: checkpoint.week] = getattr(judgements, field.name)[: checkpoint.week]

    def judge(self, week: int) -> None:
        """Judge one week; all weeks before it must have been judged."""
        p, out = self.procedure, self.judgements
        if week:
            out.regime[week] = out.regime[week - 1]
        for metric in np.flatnonzero(self.dividers[week]):
            self.regimes.divide(week, int(metric))
        self._choose_models(week)
        value = self.values[week]
        present = ~np.isnan(value)
        history = self.regimes.history(week)
        flat, moved = self._stood_still(week)
        judged = self.models.chosen & (history >= p.first_limits) & ~flat & ~self._locked_in(week)
        middle, spread = self.forecast(week)
        base = self.limit()
        limit = base * self.tail
        counts = limits.varies_like_counts(self.whole & ~self.models.log, middle, spread, p)
        usual = self.raw(middle)
        up, down = self.peaks.reach(week, self.models.log, usual, spread, limit)
        settled = history >= p.full_limits
        floor, ceiling = limits.of_counts(limit, counts, settled, middle, spread, p)
        high, low = np.maximum(ceiling, up), np.maximum(floor, down)
        for name, z in (("expected", middle), ("lower", middle - low * spread), ("upper", middle + high * spread)):
            getattr(out, name)[week] = np.where(judged, self.raw(z), np.nan)
        out.trial[week] = judged & (history < p.full_limits)
        out.peak[week] = judged & ((up > ceiling) | (down > floor))
        error = self.transformed(value) - middle
        with np.errstate(over="ignore"):  # infinitely far out is far out
            r = np.where(judged & present, error / spread, np.nan)
        self.standard[week] = r
        beyond = (r > ceiling) | (r < -floor)  # an expected peak too: it does not move the level
        signal = (r > high) | (r < -low)
        out.kind[week] = np.where(signal, Kind.OUTSIDE_LIMITS, np.where(moved, Kind.MOVED, Kind.ROUTINE))
        self._locks(week)
        self.peaks.note(week, beyond, r, value, usual)
        self._learn(week, present, judged, beyond, error, spread)
        self.regimes.settle(week, beyond, signal, limit)
        self._follow(week, judged & present & settled & ~(beyond & ~signal), r, base)
        routine = judged & present & (out.kind[week] == Kind.ROUTINE)
        lacking, peak_week = self.peaks.missing(week, self.standard, routine)
        out.kind[week, lacking] = Kind.EXPECTED_PEAK_MISSING
        out.since[week, lacking] = peak_week

    def forecast(self, week: int) -> tuple[Floats, Floats]:
        """Return the expected value and the routine standard deviation of a week, in logs where the model is."""
        models = self.models
        middle = models.level + models.left * models.deviation + models.coefficients @ self.design[week]
        spread = limits.scale(models.errors, models.parameters, models.age, self.procedure)
        return np.asarray(middle), spread * self.widening(week)

    def limit(self) -> Floats:
        """Return how many standard deviations the limits are away."""
        return limits.quantiles(self.models.errors, self.procedure)

    def widening(self, week: int) -> Floats:
        """Return how much wider a week's limits are for a denominator that is smaller than usual."""
        relative = self.denominators[week] / self.usual_denominator
        return np.where(relative > 0, np.where(relative > 0, relative, 1.0) ** -self.power, 1.0)

    def transformed(self, values: Floats) -> Floats:
        """Return values in logs where the model is. What has no logarithm is far below all that has one."""
        return np.where(self.models.log, np.log(np.where(values > 0, values, _FLOOR)), values)

    def raw(self, z: Floats) -> Floats:
        """Return what was in logs as values again."""
        return np.where(self.models.log, np.exp(np.clip(z, -700.0, 700.0)), z)

    def choose_model(self, week: int, which: Whole) -> None:
        """Choose the models of the metrics `which` from their clean weeks before `week`."""
        if not len(which):
            return
        first = max(0, week - self.procedure.window)
        clean, restart = self.regimes.clean_weeks(first, week, which)
        raw = self.values[first:week, which]
        whole = np.asarray((np.isnan(raw) | ((raw == np.round(raw)) & (raw >= 0))).all(axis=0), bool)
        chosen = choose(clean, restart, self.design[first:week], whole, self.procedure)
        self.models.replace(which, chosen)
        self.tail[which] = limits.tail(
            self.standard[max(0, week - self.procedure.tail_weeks) : week, which], self.procedure
        )
        self.whole[which] = whole
        for metric in which:
            if self.has_denominator[metric]:
                self._weigh(week, int(metric))

    def _choose_models(self, week: int) -> None:
        p, number = self.procedure, self.first_week + week
        history = self.regimes.history(week)
        for metric in np.flatnonzero(history == p.look_back):
            self._look_back(week, int(metric))
        due = ~self.models.chosen
        if number % p.choice_every_young == 0:
            due = due | (history < p.young)
        if number % p.choice_every == 0:
            due = np.ones_like(due)
        self.choose_model(week, np.flatnonzero(due & (history >= p.first_limits)))

    def _look_back(self, week: int, metric: int) -> None:
        """Find the exceptional weeks among the first ones, which were too few then to tell.

        Each is held against the median of itself and the three weeks before and after it.
        """
        p = self.procedure
        first = int(self.regimes.begins[metric])
        values = self.values[first:week, metric]
        z = np.log(values) if (values[~np.isnan(values)] > 0).all() else values
        windows = np.lib.stride_tricks.sliding_window_view(z, 2 * _BESIDE + 1)
        middle = np.full(len(z), np.nan)
        middle[_BESIDE:-_BESIDE] = [np.nan if np.isnan(window).all() else np.nanmedian(window) for window in windows]
        off = z - middle
        spread = 1.4826 * np.nanmedian(np.abs(off))
        known = ~np.isnan(off) & (spread > 0)
        known &= ~self.regimes.restart[first:week, metric]
        found = np.flatnonzero(known & (np.abs(off) > p.look_back_limit * max(spread, 1e-300)))
        for at in found:
            one = slice(first + at, first + at + 1)
            usual = np.exp(middle[at]) if z is not values else middle[at]
            self.peaks.write(one, metric, off[at : at + 1] / spread, values[at : at + 1], np.array([usual]))
            self.clean[one, metric] = np.nan

    def _weigh(self, week: int, metric: int) -> None:
        """Relate a ratio's errors to its denominators."""
        count = min(week, self.procedure.scale_weeks)
        errors = self.models.errors[metric]
        past = self.denominators[week - count : week, metric]
        power, usual = limits.narrowing_power(errors[len(errors) - count :], past)
        self.power[metric], self.usual_denominator[metric] = power, usual
        relative = np.where(past > 0, past / usual, 1.0)
        errors[len(errors) - count :] *= relative**power

    def _learn(self, week: int, present: Bools, judged: Bools, beyond: Bools, error: Floats, spread: Floats) -> None:
        """Move levels by the week's errors, clipped at three standard deviations; weeks outside move nothing."""
        models = self.models
        learns = present & ~beyond
        clipped = np.where(judged, np.clip(error, -3 * spread, 3 * spread), error)
        kept = np.where(
            clipped == error, self.values[week], self.raw(self.transformed(self.values[week]) - error + clipped)
        )
        self.clean[week] = np.where(learns, kept, np.nan)
        step = np.where(learns, clipped, 0.0)
        gain = np.maximum(models.weight, 1.0 / (models.age + 1.0))
        models.level += gain * step
        models.deviation = models.left * models.deviation + (1 - gain) * step
        models.age += learns
        models.errors[:, :-1] = models.errors[:, 1:]
        models.errors[:, -1] = np.where(learns & judged, clipped / self.widening(week), np.nan)

    def _follow(self, week: int, moves: Bools, r: Floats, limit: Floats) -> None:
        """Follow the exponentially weighted mean of the errors; beyond its limit the level has shifted slowly."""
        p, out = self.procedure, self.judgements
        clipped = np.clip(np.where(moves, r, 0.0), -p.slow_clip, p.slow_clip)
        before = self.slow
        self.slow = np.where(moves, (1 - p.slow_weight) * before + p.slow_weight * clipped, before)
        self.slow[out.since[week] >= 0] = 0.0
        turned = (np.sign(self.slow) != np.sign(before)) | (before == 0)
        self.slow_zero = np.where(turned, week, self.slow_zero)
        spread = np.sqrt(p.slow_weight / (2 - p.slow_weight))
        over = moves & (np.abs(self.slow) > p.slow_limit * spread * limit / p.limit)
        for metric in np.flatnonzero(over & (out.kind[week] == Kind.ROUTINE)):
            self.regimes.shifted_slowly(week, int(metric), limit[metric])

    def _locked_in(self, week: int) -> Bools:
        """Return which metrics have limits that were locked."""
        if self.locked is None:
            return np.zeros(self.values.shape[1], bool)
        return np.asarray(~np.isnan(self.locked.lower[week]) & ~np.isnan(self.locked.upper[week]))

    def _locks(self, week: int) -> None:
        """Judge by limits that were locked, where there are some."""
        held = self._locked_in(week)
        if self.locked is None or not held.any():
            return
        out, value = self.judgements, self.values[week]
        outside = (value > self.locked.upper[week]) | (value < self.locked.lower[week])
        for name in ("expected", "lower", "upper"):
            getattr(out, name)[week, held] = getattr(self.locked, name)[week, held]
        out.kind[week, held] = np.where(outside, Kind.OUTSIDE_LIMITS, Kind.ROUTINE)[held]

    def _stood_still(self, week: int) -> tuple[Bools, Bools]:
        """Return which metrics have hardly varied (no limits then), and which of them have now moved."""
        p = self.procedure
        nothing = np.zeros(self.values.shape[1], bool)
        if week < p.first_limits:
            return nothing, nothing
        first = max(0, week - p.flat_weeks)
        last = self.values[first:week]
        known = ~np.isnan(last) & (np.arange(first, week)[:, None] >= self.regimes.begins)
        least = np.where(known, last, np.inf).min(axis=0)
        most = np.where(known, last, -np.inf).max(axis=0)
        two_values = (~known | (last == least) | (last == most)).all(axis=0)
        filled = np.where(known, last, most)
        steps = (filled[1:] != filled[:-1]).sum(axis=0)
        flat = two_values & (steps <= 1) & (known.sum(axis=0) >= p.least_flat)
        value = self.values[week]
        moved = flat & ~np.isnan(value) & (value != least) & (value != most)
        return flat, moved


def _has_any(denominators: Floats) -> Bools:
    return np.asarray((~np.isnan(denominators)).any(axis=0), bool)
