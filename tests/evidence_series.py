"""Seeded weekly series for evidence: pairs that have nothing to do with each other, and pairs that do.

Each family of unrelated pairs is one way in which two business metrics look related: both grow, both have a season,
both have the same Christmas.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Random = np.random.Generator
YEAR = 365.25 / 7


def autocorrelated(random: Random, weeks: int, memory: float = 0.6) -> Floats:
    """An autoregression of variance 1."""
    noise = random.standard_normal(weeks + 60) * np.sqrt(1 - memory**2)
    for week in range(1, len(noise)):
        noise[week] += memory * noise[week - 1]
    return noise[60:]


def season(random: Random, weeks: int, first: int) -> Floats:
    """Two annual waves: the same calendar, heights and phases of the metric's own."""
    angle = 2 * np.pi * (first + np.arange(weeks)) / YEAR
    heights, phases = random.uniform(1, 3, 2) * (1, 0.4), random.uniform(0, 2 * np.pi, 2)
    return sum(
        height * np.sin(pair * angle + phase) for pair, height, phase in zip((1, 2), heights, phases, strict=True)
    )


def trend(random: Random, weeks: int) -> Floats:
    return random.uniform(2, 8) * np.arange(weeks) / 52 * random.choice([-1, 1])


def both(make: Callable[[Random, int], Floats]) -> Callable[[Random, int], tuple[Floats, Floats]]:
    return lambda random, weeks: (make(random, weeks), make(random, weeks))


def _white(random: Random, weeks: int) -> Floats:
    return 100 + 10 * random.standard_normal(weeks)


def _memory(random: Random, weeks: int) -> Floats:
    return 100 + 10 * autocorrelated(random, weeks)


def _strong_memory(random: Random, weeks: int) -> Floats:
    return 100 + 10 * autocorrelated(random, weeks, 0.9)


def _walk(random: Random, weeks: int) -> Floats:
    return 200 + 5 * random.standard_normal(weeks).cumsum()


def _drifting_walk(random: Random, weeks: int) -> Floats:
    return 300 + (5 * random.standard_normal(weeks) + random.uniform(-1, 3)).cumsum()


def _trend(random: Random, weeks: int) -> Floats:
    return 200 + 10 * (trend(random, weeks) + autocorrelated(random, weeks, 0.3))


def _growth(random: Random, weeks: int) -> Floats:
    grown = random.uniform(0.1, 0.8) * np.arange(weeks) / 52
    return 1000 * np.exp(grown + 0.08 * autocorrelated(random, weeks, 0.4))


def _s_curve(random: Random, weeks: int) -> Floats:
    middle, width = random.uniform(0.3, 0.7) * weeks, weeks * random.uniform(0.06, 0.15)
    steps = 1 / (1 + np.exp(-(np.arange(weeks) - middle) / width))
    return 1000 * np.exp(steps + 0.06 * autocorrelated(random, weeks, 0.3))


def _broken_trend(random: Random, weeks: int) -> Floats:
    at = int(random.uniform(0.3, 0.7) * weeks)
    slopes = random.uniform(-8, 8, 2) / 52
    line = np.where(np.arange(weeks) < at, slopes[0], slopes[1]).cumsum()
    return 200 + 10 * (line + autocorrelated(random, weeks, 0.3))


def _level_shifts(random: Random, weeks: int) -> Floats:
    found = autocorrelated(random, weeks, 0.3)
    for at in random.integers(3, weeks, 1 + weeks // 52):
        found[at:] += random.uniform(2, 5) * random.choice([-1, 1])
    return 200 + 10 * found


def _heavy_tails(random: Random, weeks: int) -> Floats:
    return 200 + 10 * random.standard_t(3, weeks)


def _bursts(random: Random, weeks: int) -> Floats:
    """Calm and wild times: the size of the noise has a memory."""
    return 200 + 10 * random.standard_normal(weeks) * np.exp(0.5 * autocorrelated(random, weeks, 0.9))


def _counts(random: Random, weeks: int) -> Floats:
    return random.poisson(6 * np.exp(0.3 * autocorrelated(random, weeks, 0.5))).astype(float)


def _waves(random: Random, weeks: int) -> Floats:
    """A rhythm of about six weeks, such as of campaigns."""
    found = random.standard_normal(weeks + 60)
    for week in range(2, len(found)):
        found[week] += 1.0 * found[week - 1] - 0.8 * found[week - 2]
    return 200 + 5 * found[60:]


def _seasonal(random: Random, weeks: int) -> tuple[Floats, Floats]:
    first = int(random.integers(0, 52))
    x, y = (200 + 10 * (season(random, weeks, first) + autocorrelated(random, weeks, 0.3)) for _ in "xy")
    return x, y


def _seasonal_growth(random: Random, weeks: int) -> tuple[Floats, Floats]:
    first = int(random.integers(0, 52))
    x, y = (_growth(random, weeks) * np.exp(0.08 * season(random, weeks, first)) for _ in "xy")
    return x, y


def _shared_peaks(random: Random, weeks: int) -> tuple[Floats, Floats]:
    """The same holidays in both: two weeks in each year in which both jump."""
    first = int(random.integers(0, 52))
    calendar = (first + np.arange(weeks)) % 52
    x, y = (autocorrelated(random, weeks, 0.3) for _ in "xy")
    for at in random.choice(52, 2, replace=False):
        sign = random.choice([-1, 1])
        for values in (x, y):
            hit = calendar == at
            values[hit] += sign * random.uniform(3, 7) * random.uniform(0.8, 1.2, hit.sum())
    return 200 + 10 * x, 200 + 10 * y


def _shared_dips(random: Random, weeks: int) -> tuple[Floats, Floats]:
    """Christmas and New Year: two weeks running in which both fall by half, of metrics that grow."""
    first = int(random.integers(0, 52))
    calendar = (first + np.arange(weeks)) % 52
    x, y = (_growth(random, weeks) for _ in "xy")
    for values in (x, y):
        depth = random.uniform(0.2, 0.7)
        values *= np.exp(-depth * np.select([calendar == 50, calendar == 51], [1.0, 0.7]))
    return x, y


UNRELATED: dict[str, Callable[[Random, int], tuple[Floats, Floats]]] = {
    "white": both(_white),
    "memory .6": both(_memory),
    "memory .9": both(_strong_memory),
    "random walk": both(_walk),
    "walk with drift": both(_drifting_walk),
    "trend": both(_trend),
    "broken trend": both(_broken_trend),
    "growth": both(_growth),
    "s-curve": both(_s_curve),
    "season": _seasonal,
    "season, growth": _seasonal_growth,
    "level shifts": both(_level_shifts),
    "shared peaks": _shared_peaks,
    "shared dips": _shared_dips,
    "heavy tails": both(_heavy_tails),
    "bursts": both(_bursts),
    "counts": both(_counts),
    "waves": both(_waves),
}


def linked(
    random: Random, weeks: int, correlation: float, lag: int, memory: float = 0.4, lost: float | None = None
) -> tuple[Floats, Floats, float]:
    """Input, metric, and how much the metric moves for one of the input, `lag` weeks later.

    `correlation` is that of the surprises. The share `lost` of the history, at its end, is without the link.
    """
    shock = random.standard_normal(weeks + 60)
    own = random.standard_normal(weeks + 60)
    strength = np.full(weeks + 60, correlation)
    if lost is not None:
        strength[60 + round(weeks * (1 - lost)) :] = 0.0
    before = np.concatenate([random.standard_normal(lag), shock[: len(shock) - lag]])
    mixed = strength * before + np.sqrt(1 - strength**2) * own
    for values in (shock, mixed):
        for week in range(1, len(values)):
            values[week] += memory * values[week - 1]
    return 100 + 8 * shock[60:], 300 + 24 * mixed[60:], 3.0 * correlation


def _grown(random: Random, surprises: Floats) -> Floats:
    """A metric that grows by 10 to 60 % a year, from surprises with 60 weeks of warming up."""
    values = surprises.copy()
    for week in range(1, len(values)):
        values[week] += 0.4 * values[week - 1]
    weeks = np.arange(len(values) - 60)
    return 1000 * np.exp(random.uniform(0.1, 0.6) * weeks / 52 + 0.05 * values[60:])


def spread_link(random: Random, weeks: int, correlation: float) -> tuple[Floats, Floats, float]:
    """A leader and an outcome that it moves over four weeks in a row, and the middle of those."""
    leader = random.standard_normal(weeks + 60)
    outcome = np.sqrt(1 - correlation**2) * random.standard_normal(weeks + 60)
    first = int(random.integers(2, 6))
    for lag in range(first, first + 4):
        outcome[lag:] += correlation / 2 * leader[:-lag]
    return _grown(random, leader), _grown(random, outcome), first + 1.5


def _same_week(random: Random, weeks: int) -> tuple[Floats, Floats]:
    leader = random.standard_normal(weeks + 60)
    outcome = 0.6 * leader + 0.8 * random.standard_normal(weeks + 60)
    return _grown(random, leader), _grown(random, outcome)


def _reverse(random: Random, weeks: int) -> tuple[Floats, Floats]:
    leader, outcome, _ = spread_link(random, weeks, 0.6)
    return outcome, leader


YEARLY_UNRELATED: dict[str, Callable[[Random, int], tuple[Floats, Floats]]] = {
    "independent": lambda random, weeks: spread_link(random, weeks, 0.0)[:2],
    "reverse": _reverse,
    "same week only": _same_week,
    **{
        name: UNRELATED[name]
        for name in (
            "random walk", "growth", "s-curve", "season, growth", "level shifts", "shared peaks", "shared dips",
            "heavy tails", "broken trend",
        )
    },
}  # fmt: skip


def leading(correlation: float) -> Callable[[Random, int], tuple[Floats, Floats, float]]:
    return lambda random, weeks: spread_link(random, weeks, correlation)
