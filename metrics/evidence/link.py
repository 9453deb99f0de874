"""How closely the surprises of two metrics go together, at a lag, in parts of the history, and at other lags."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy import special

from metrics.evidence.memory import Flags, Floats
from metrics.evidence.surprises import Surprises

BLOCK = 26
QUARTER = 13


@dataclass(frozen=True)
class Link:
    """A correlation of surprises, `input` so many weeks before `metric`.

    `weeks` pairs were compared; `freedom` is what is left of them after trend, season and memory were fitted.
    `p_positive` and `p_negative` are one-sided: how often unrelated metrics would go together at least as closely in
    that sense.
    """

    correlation: float
    weeks: int
    freedom: float
    p_positive: float
    p_negative: float

    def interval(self, confidence: float) -> tuple[float, float]:
        """Return the limits of the correlation (Fisher's z)."""
        if self.freedom < 2:
            return -1.0, 1.0
        reach = special.ndtri((1 + confidence) / 2) / np.sqrt(self.freedom - 1)
        middle = np.arctanh(np.clip(self.correlation, -0.999999, 0.999999))
        return float(np.tanh(middle - reach)), float(np.tanh(middle + reach))


def lagged(count: int, lag: int) -> tuple[slice, slice]:
    """Return which of `count` weeks of an input belong to which of a metric, the input `lag` weeks earlier."""
    early, late = slice(0, max(count - abs(lag), 0)), slice(min(abs(lag), count), count)
    return (early, late) if lag >= 0 else (late, early)


def pairs(source: Surprises, metric: Surprises, lag: int) -> tuple[Floats, Floats, Flags]:
    """Return input and metric, week by week of the metric, the input `lag` weeks earlier, and which pairs count.

    A negative lag takes the metric that many weeks earlier.
    """
    at_input, at_metric = lagged(len(metric.value), lag)
    return (
        source.value[at_input],
        metric.value[at_metric],
        source.kept[at_input] & metric.kept[at_metric],
    )


def link(source: Surprises, metric: Surprises, lag: int) -> Link:
    """Return how closely two metrics go together at one lag."""
    x, y, both = pairs(source, metric, lag)
    return _tested(x[both], y[both], _used_up(source, metric))


def _used_up(source: Surprises, metric: Surprises) -> int:
    """Return how many numbers were fitted to a series before it was compared."""
    return max(source.columns, metric.columns) + max(len(source.memory), len(metric.memory))


def _tested(x: Floats, y: Floats, columns: float) -> Link:
    weeks = len(x)
    r = correlation(x, y)
    freedom = weeks - 2 - columns
    if freedom < 1:
        return Link(r, weeks, max(freedom, 0.0), 1.0, 1.0)
    ratio = r * np.sqrt(freedom / max(1 - r**2, 1e-12))
    return Link(
        r,
        weeks,
        freedom,
        float(special.stdtr(freedom, -ratio)),
        float(special.stdtr(freedom, ratio)),
    )


def correlation(x: Floats, y: Floats) -> float:
    """Return the correlation of surprises, from -1 to 1: their mean is 0."""
    size = np.sqrt((x @ x) * (y @ y))
    return float(np.clip(x @ y / size, -1, 1)) if size > 0 else 0.0  # rounding may lead past 1


@dataclass(frozen=True)
class Stability:
    """Whether a link is the same through the history.

    `halves` are the correlations of the first and the second half; `second_half` is the link of the second alone.
    `blocks` are the correlations of periods of 26 weeks, the newest last. `p_halves`, `p_blocks` and `p_quarters` say
    how often halves, blocks, and periods of 13 weeks would differ at least as much if the link had not changed.
    """

    halves: tuple[float, float]
    second_half: Link
    blocks: tuple[float, ...]
    p_halves: float
    p_blocks: float
    p_quarters: float

    @property
    def differs(self) -> bool:
        """Whether the parts differ more than by chance; about 6 in 100 steady links do."""
        return self.p_halves < 0.05 or self.p_blocks < 0.02 or self.p_quarters < 0.01


def stability(source: Surprises, metric: Surprises, lag: int) -> Stability:
    """Compare the parts of a history: its halves, and blocks of 26 and of 13 weeks counted back from the end.

    The halves have as many pairs each. Correlations are compared by Fisher's z: the difference of two, and the sum of
    squares about the weighted mean (Hedges & Olkin 1985, chapter 11).
    """
    x, y, both = pairs(source, metric, lag)
    places = np.flatnonzero(both)
    columns = _used_up(source, metric)
    first, second = np.array_split(places, 2)
    halves = [_tested(x[part], y[part], columns / 2) for part in (first, second)]
    blocks, quarters = (_in_blocks(x, y, both, size, columns) for size in (BLOCK, QUARTER))
    return Stability(
        (halves[0].correlation, halves[1].correlation),
        halves[1],
        tuple(block.correlation for block in blocks),
        _p_different(halves),
        _p_different(blocks),
        _p_different(quarters),
    )


def _in_blocks(x: Floats, y: Floats, both: Flags, size: int, columns: int) -> list[Link]:
    """Return the links of periods of so many weeks, counted back from the end; at least half of each must count."""
    places = np.flatnonzero(both)
    found = []
    for end in range(len(both), size - 1, -size):
        part = places[(places >= end - size) & (places < end)]
        if len(part) > size // 2:
            found.append(_tested(x[part], y[part], columns * len(part) / len(places)))
    return found[::-1]


def _p_different(parts: list[Link]) -> float:
    weights = np.array([max(part.freedom - 1, 0) for part in parts], float)
    if len(parts) < 2 or not (weights > 0).all():
        return 1.0
    z = np.arctanh(np.clip([part.correlation for part in parts], -0.999999, 0.999999))
    spread = weights @ (z - weights @ z / weights.sum()) ** 2
    return float(special.chdtrc(len(parts) - 1, spread))


def correlations(source: Surprises, metric: Surprises, lags: Iterable[int]) -> dict[int, float]:
    """Return the correlation at each lag; at negative ones the metric comes first. For looking, not for testing."""
    found = {}
    for lag in lags:
        x, y, both = pairs(source, metric, lag)
        found[lag] = correlation(x[both], y[both])
    return found
