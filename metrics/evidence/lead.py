"""Whether one metric's surprises come before another's: a test over neighbouring lags, by shuffling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metrics.evidence.cycle import WEEKS
from metrics.evidence.memory import Floats
from metrics.evidence.surprises import Surprises

_REACH = {"week": (13, 4), "month": (3, 1)}
_SHUFFLES = 1_999
_SEED = 20


@dataclass(frozen=True)
class Lead:
    """The four neighbouring lags (by months: the lag) at which `leader` goes most closely before `follower`.

    `first_lag` counts weeks, or months; `lead_weeks` is where the lags centre; `p` is how often shuffled surprises
    would go as closely at any lags up to 13 weeks, or 3 months.
    """

    first_lag: int
    lead_weeks: int
    strength: float
    p: float


def lead(leader: Surprises, follower: Surprises, sense: int = 1) -> Lead:
    """Test for a lead in one sense (1: both go up, -1: one goes up and the other down).

    The largest sum of four neighbouring correlations is compared with those of shuffled surprises; it is made smaller
    for what trend, season and lags have used up. The shuffling is seeded: the same weeks give the same p.
    """
    cycle = follower.cycle
    longest, window = _REACH[cycle.name]
    both = np.flatnonzero(leader.present & follower.present)
    whole = slice(both[0], both[-1] + 1)
    x = sense * np.where(leader.kept, leader.value, 0.0)[whole]
    y = np.where(follower.kept, follower.value, 0.0)[whole]
    columns = max(leader.columns, follower.columns)
    weeks = int((leader.kept & follower.kept).sum())
    seen = _by_lag(x[None, :], y, longest)[0]
    shrunk = np.sqrt(max(weeks - columns - longest / 2, 1) / max(weeks, 1))
    sums = np.convolve(seen, np.ones(window) / np.sqrt(window), "valid")
    at = int(sums.argmax())
    kept = leader.kept[whole]
    random = np.random.default_rng(_SEED)
    shuffled = np.zeros((_SHUFFLES, len(x)))
    shuffled[:, kept] = random.permuted(np.tile(x[kept], (_SHUFFLES, 1)), axis=1)
    by_chance = _by_lag(shuffled, y, longest)
    largest = np.max(
        [by_chance[:, first : first + window].sum(axis=1) for first in range(longest - window + 1)], axis=0
    ) / np.sqrt(window)
    p = (1 + float((largest >= sums[at] * shrunk).sum())) / (1 + _SHUFFLES)
    inside = np.maximum(seen[at : at + window], 0)
    lags = np.arange(at + 1, at + 1 + window)
    centre = float(inside @ lags / inside.sum()) if inside.sum() > 0 else float(lags.mean())
    return Lead(at + 1, round(centre * cycle.days / WEEKS.days), float(sums[at] * shrunk), p)


def _by_lag(x: Floats, y: Floats, longest: int) -> Floats:
    """Return for each row of `x` the correlation with `y` at lags 1 to `longest`, `x` earlier."""
    late = np.stack([np.concatenate([y[lag:], np.zeros(lag)]) for lag in range(1, longest + 1)], axis=1)
    sizes = np.sqrt((x * x).sum(axis=1, keepdims=True) * (y @ y))
    found: Floats = x @ late / np.where(sizes > 0, sizes, 1.0)
    return found
