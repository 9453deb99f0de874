"""What of each week of a metric was not to be expected from its own past: trend, season and memory taken out.

Two metrics that both grow, or both dip in August, look related and need not be. Their surprises are compared instead:
"double prewhitening" (Haugh 1976), with the weeks that were exceptional left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from metrics.evidence.cycle import WEEKS, Cycle
from metrics.evidence.memory import Flags, Floats, expected, filled, fit_memory, without_echoes

MULTIPLICATIVE = 1.5
EXCEPTIONAL = 3.5
IN_HOLIDAYS = 2.0
FEWEST = 8
_BENDS_RISK = 0.02
_ROUNDS = 4
_MOST_MASKED = 0.10
_MAD = 1.4826
_INNER = 2.5
_INNER_SHARE = 0.9113  # variance of a normal distribution within 2.5 standard deviations


@dataclass(frozen=True)
class Surprises:
    """One metric's weeks, or months by its `cycle`, taken apart; arrays have one entry a week, oldest first.

    `level` is the series on the scale it is worked on (`logs` or the metric's own), gaps filled with what was to be
    expected; `value` the surprises in units of their usual size. `present` weeks have a value, `usable` ones are not
    left out on request either, `kept` ones are not exceptional either. `bends` says that a trend with more turns had
    to be taken out, `columns` counts what was spent on trend and season, `memory` is the autoregression. `spread` is
    the usual size of a surprise on that scale, `trend_share` the share of the variance that trend alone explains.
    """

    logs: bool
    present: Flags
    usable: Flags
    kept: Flags
    exceptional: Flags
    level: Floats
    value: Floats
    memory: Floats
    bends: bool
    columns: int
    spread: float
    trend_share: float
    cycle: Cycle = WEEKS

    @property
    def is_flat(self) -> bool:
        """Whether there is nothing to compare: no value, or always the same."""
        return not self.spread > 0


def surprises(
    values: Floats, left_out: Flags | None = None, holidays: Flags | None = None, cycle: Cycle = WEEKS
) -> Surprises:
    """Take a metric's weekly (or monthly) values apart; NaN is missing. `left_out` ones are masked, whatever they hold.

    A week is exceptional from 3.5 usual sizes of a surprise on, in weeks with `holidays` from 2 on. (At 3, weeks that
    are large by chance would be left out too: links seem weaker then, and no fewer are false.)
    Growth in percent is told from growth in units by which explains the weeks better (Box & Cox 1964).
    """
    present = np.isfinite(values)
    usable = present if left_out is None else present & ~left_out
    low, high = (values[present].min(), values[present].max()) if present.any() else (0.0, 0.0)
    if usable.sum() < FEWEST or not high > low:
        nothing, none = np.zeros(len(values)), np.zeros(len(values), bool)
        return Surprises(False, present, none, none, none, nothing, nothing, np.zeros(0), False, 0, 0.0, 0.0, cycle)
    bounds = np.full(len(values), EXCEPTIONAL) if holidays is None else np.where(holidays, IN_HOLIDAYS, EXCEPTIONAL)
    plain = _Apart.of(np.where(present, values, 0.0), present, usable, bounds, cycle)
    found, logs = plain, False
    if low > 0 and high / low > MULTIPLICATIVE:
        scaled = np.log(np.where(present, values, 1.0))
        in_logs = _Apart.of(scaled, present, usable, bounds, cycle)
        logs = in_logs.likely_size + float(scaled[usable].mean()) <= plain.likely_size
        found = in_logs if logs else plain
    kept = usable & ~found.exceptional
    value = np.where(usable, found.innovation / found.spread, 0.0) if found.spread > 0 else np.zeros(len(values))
    return Surprises(
        logs,
        present,
        usable,
        kept,
        found.exceptional,
        level=found.level,
        value=value,
        memory=found.memory,
        bends=found.bends,
        columns=found.columns.shape[1] - 1,
        spread=found.spread,
        trend_share=_trend_share(found.level[kept], found.columns[kept, :3]),
        cycle=cycle,
    )


@dataclass(frozen=True)
class _Apart:
    """A series on one scale: its trend and season, its memory, and what is left of each week."""

    level: Floats
    columns: Floats
    memory: Floats
    innovation: Floats
    exceptional: Flags
    usable: Flags
    spread: float
    bends: bool

    @classmethod
    def of(cls, series: Floats, present: Flags, usable: Flags, bounds: Floats, cycle: Cycle) -> _Apart:
        """Take a series apart; where its trend turns more often than a parabola, with a trend that can."""
        weeks = np.flatnonzero(present)
        first, last = int(weeks[0]), int(weeks[-1])
        waves = cycle.waves(len(weeks))
        apart = cycle.apart if len(weeks) >= cycle.two_waves else None
        columns = cycle.columns(first, last, waves, len(series))
        found = cls._with(columns, series, present, usable, bounds, apart, bends=False)
        if len(weeks) >= cycle.bends:
            columns = cycle.columns(first, last, waves, len(series), bends=True)
            if found._bends(columns):
                return cls._with(columns, series, present, usable, bounds, apart, bends=True)
        return found

    @classmethod
    def _with(
        cls,
        columns: Floats,
        series: Floats,
        present: Flags,
        usable: Flags,
        bounds: Floats,
        apart: int | None,
        *,
        bends: bool,
    ) -> _Apart:
        """Fit trend, season and memory to the weeks that are not exceptional, and find those anew, until they stay."""
        exceptional = np.zeros(len(series), bool)
        for _ in range(_ROUNDS):
            kept = usable & ~exceptional
            fit = columns @ _least_squares(columns[kept], series[kept])
            rest = series - fit
            memory = fit_memory(rest, kept)
            rest = filled(rest, present, memory)
            innovation = rest - expected(without_echoes(rest, exceptional, memory), memory)
            found, spread = _exceptional(innovation, usable, bounds)
            if apart:
                found = _every_year(found, apart) & usable
            if (found == exceptional).all():
                break
            exceptional = found
        return cls(fit + rest, columns, memory, innovation, exceptional, usable, spread, bends)

    @property
    def likely_size(self) -> float:
        """The logarithm of the size of a surprise: what the likelihood of a scale rests on."""
        inside = self.innovation[self.usable & ~self.exceptional]
        return float(np.log(max(np.sqrt(np.mean(inside**2)), 1e-300)))

    def _bends(self, columns: Floats) -> bool:
        """Whether the surprises still have a slow course: an F test of polynomials of degree three to seven."""
        kept = self.usable & ~self.exceptional
        inside = self.innovation[kept]
        few = self.columns.shape[1]
        turns = columns[kept, few:]
        turns = turns - self.columns[kept] @ _least_squares(self.columns[kept], turns)
        left = inside - turns @ _least_squares(turns, inside)
        before, after = float(inside @ inside), float(left @ left)
        more = turns.shape[1]
        freedom = len(inside) - few - more
        if freedom < 1 or not after > 0:
            return False
        return float(special.fdtrc(more, freedom, (before - after) / more / (after / freedom))) < _BENDS_RISK


def _least_squares(columns: Floats, target: Floats) -> Floats:
    """Return the coefficients of a regression: quickly where there are rows to spare, else by the safest way."""
    if len(columns) >= 3 * columns.shape[1]:
        try:
            return np.asarray(np.linalg.solve(columns.T @ columns, columns.T @ target), np.float64)
        except np.linalg.LinAlgError:
            pass
    return np.asarray(np.linalg.lstsq(columns, target, rcond=None)[0], np.float64)


def _every_year(exceptional: Flags, apart: int) -> Flags:
    """Return the exceptional weeks and those of the same time in other years: holidays come again."""
    found = exceptional.copy()
    for after in range(apart, len(found), apart):
        found[after:] |= exceptional[:-after]
        found[:-after] |= exceptional[after:]
    return found


def _exceptional(innovation: Floats, usable: Flags, bounds: Floats) -> tuple[Flags, float]:
    """Return which weeks are far out, and the usual size of a surprise.

    Sizes are told by the inner ones; where that would mask more than a tenth, by the standard deviation of all.
    """
    inside = innovation[usable]
    spread = usual_size(inside)
    found = usable & (np.abs(innovation) > bounds * spread)
    if spread == 0 or found.sum() > _MOST_MASKED * len(inside):
        spread = float(np.sqrt(np.mean(inside**2)))
        found = usable & (np.abs(innovation) > bounds * spread)
    return found, spread


def usual_size(values: Floats) -> float:
    """Return the standard deviation of what is not far out, as of a normal distribution with mean 0.

    From the median of the sizes, two steps of the root mean square of what lies within 2.5 of it, corrected for
    what that cuts off (Huber 1981, chapter 5): it varies far less than the median does.
    """
    spread = _MAD * float(np.median(np.abs(values)))
    for _ in range(2):
        inner = values[np.abs(values) <= _INNER * spread]
        spread = float(np.sqrt(np.mean(inner**2) / _INNER_SHARE)) if len(inner) else 0.0
    return spread


def _trend_share(level: Floats, trend: Floats) -> float:
    left = level - trend @ _least_squares(trend, level)
    return float(1 - left.var() / level.var()) if level.var() > 0 else 0.0
