"""What of each week of a metric was not to be expected from its own past: trend, season and memory taken out.

Two metrics that both grow, or both dip in August, look related and need not be. Their surprises are compared instead:
"double prewhitening" (Haugh 1976), with the weeks that were exceptional left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metrics.evidence.memory import Flags, Floats, filled, fit_memory, without_memory

WEEKS_A_YEAR = 365.25 / 7
MULTIPLICATIVE = 1.5
EXCEPTIONAL = 3.0
_MOST_MASKED = 0.10
_MAD = 1.4826


@dataclass(frozen=True)
class Surprises:
    """One metric's weeks, taken apart; arrays have one entry a week, oldest first.

    `level` is the series on the scale it is worked on (`logs` or the metric's own), gaps filled with what was to be
    expected; `rest` is `level` less trend and season; `value` the surprises in units of their usual size, 0 where
    not `kept`. `present` weeks have a value, `kept` ones are neither missing, exceptional nor left out on request.
    `columns` counts what was spent on trend and season, `spread` is the usual size of a surprise on that scale,
    `trend_share` the share of the variance that trend alone explains.
    """

    logs: bool
    present: Flags
    kept: Flags
    exceptional: Flags
    level: Floats
    rest: Floats
    value: Floats
    memory: Floats
    columns: int
    spread: float
    trend_share: float

    @property
    def is_flat(self) -> bool:
        """Whether there is nothing to compare: no value, or always the same."""
        return not self.spread > 0


def season_pairs(weeks: int) -> int:
    """Return how many annual harmonics a history of so many weeks can bear."""
    return 0 if weeks < 40 else 1 if weeks < 78 else 2


def trend_and_season(first: int, last: int, pairs: int, count: int) -> Floats:
    """Return the columns of constant, trend, squared trend and annual harmonics for weeks 0 to `count` - 1.

    The trend runs from -1 in week `first` to 1 in week `last`.
    """
    week = np.arange(count, dtype=float)
    time = (2 * week - first - last) / max(last - first, 1)
    angle = 2 * np.pi * week / WEEKS_A_YEAR
    waves = [turn(angle * number) for number in range(1, pairs + 1) for turn in (np.sin, np.cos)]
    return np.column_stack([np.ones(count), time, time**2, *waves])


def surprises(values: Floats, left_out: Flags | None = None) -> Surprises:
    """Take a metric's weekly values apart; NaN is missing. `left_out` weeks are masked, whatever they hold."""
    present = np.isfinite(values)
    usable = present if left_out is None else present & ~left_out
    count = int(present.sum())
    low, high = (values[present].min(), values[present].max()) if count else (0.0, 0.0)
    nothing = np.zeros(len(values))
    none = np.zeros(len(values), bool)
    if usable.sum() < 8 or not high > low:
        return Surprises(False, present, none, none, nothing, nothing, nothing, np.zeros(0), 0, 0.0, 0.0)
    logs = bool(low > 0 and high / low > MULTIPLICATIVE)
    series = np.where(present, values, 1.0)
    series = np.log(series) if logs else series
    weeks = np.flatnonzero(present)
    columns = trend_and_season(weeks[0], weeks[-1], season_pairs(count), len(values))
    kept, exceptional = usable, none
    for _ in range(3):
        fit = columns @ np.linalg.lstsq(columns[kept], series[kept], rcond=None)[0]
        rest = series - fit
        memory = fit_memory(rest, kept)
        rest = filled(rest, present, memory)
        innovation = without_memory(rest, memory)
        found, spread = _exceptional(innovation, usable)
        if (found == exceptional).all():
            break
        exceptional, kept = found, usable & ~found
    kept = usable & ~exceptional
    value = np.where(kept, innovation / spread, 0.0) if spread > 0 else nothing
    return Surprises(
        logs,
        present,
        kept,
        exceptional,
        level=rest + fit,
        rest=rest,
        value=value,
        memory=memory,
        columns=columns.shape[1] - 1,
        spread=spread,
        trend_share=_trend_share(series[kept], columns[kept, :3]),
    )


def _trend_share(series: Floats, trend: Floats) -> float:
    left = series - trend @ np.linalg.lstsq(trend, series, rcond=None)[0]
    return float(1 - left.var() / series.var()) if series.var() > 0 else 0.0


def _exceptional(innovation: Floats, usable: Flags) -> tuple[Flags, float]:
    """Return which weeks are far out, and the usual size of a surprise.

    Sizes are told by the median; where that would mask more than a tenth, by the standard deviation.
    """
    inside = innovation[usable]
    spread = _MAD * float(np.median(np.abs(inside)))
    found = usable & (np.abs(innovation) > EXCEPTIONAL * spread)
    if spread == 0 or found.sum() > _MOST_MASKED * len(inside):
        spread = float(np.sqrt(np.mean(inside**2)))
        found = usable & (np.abs(innovation) > EXCEPTIONAL * spread)
    return found, spread
