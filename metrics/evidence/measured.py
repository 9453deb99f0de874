"""The numbers on one question, before any verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from metrics.evidence.effect import Effect, effect, usual
from metrics.evidence.link import Link, Stability, correlation, correlations, lagged, link, pairs, stability
from metrics.evidence.memory import Flags, Floats
from metrics.evidence.question import Question
from metrics.evidence.surprises import Surprises

PROFILE = 13
REVERSE = 4
_FEWEST_IN_A_QUARTER = 6


@dataclass(frozen=True)
class Side:
    """One metric as it enters: its weekly values (for the yearly check monthly ones), and what was surprising."""

    values: Floats
    surprises: Surprises

    @cached_property
    def usual(self) -> float:
        """What the metric is of late."""
        return usual(self.values, self.surprises.cycle)


@dataclass(frozen=True)
class Reverse:
    """The other direction: the strongest link with the metric first, among the lags that were tried."""

    lag_weeks: int
    correlation: float
    p: float


@dataclass(frozen=True)
class Measured:
    """What the weeks say on a question; `sense` is 1 where a positive link is claimed or was found, else -1.

    `p` is for the claimed sense, `p_opposite` for the other, each for all lags that were tested. `joint_weeks` have a
    value on both sides, `left_out` are those of them that don't count. `quarters` are correlations, NaN where
    a quarter has too few weeks. `unit_ratio` is how many units of the metric are as usual as one unit of the input.
    """

    question: Question
    sense: int
    lag_weeks: int
    link: Link
    p: float
    p_opposite: float
    stability: Stability
    effect: Effect | None
    joint_weeks: int
    left_out: Flags
    naive: float
    unit_ratio: float
    input_usual: float
    reverse: Reverse
    profile: Mapping[int, float]
    quarters: Sequence[tuple[str, float]]
    is_flat: bool

    @property
    def sided(self) -> float:
        """The correlation, positive where it goes as claimed."""
        return self.link.correlation * self.sense


def measure(question: Question, source: Side, metric: Side, quarter_of_week: Sequence[str]) -> Measured:
    """Return the numbers on a question. `quarter_of_week` names the fiscal quarter of each week."""
    mine, theirs = source.surprises, metric.surprises
    links = [link(mine, theirs, lag) for lag in question.lags]
    if question.sign is None:
        strongest = min(links, key=lambda one: min(one.p_positive, one.p_negative))
        sense = 1 if strongest.correlation >= 0 else -1
        tests = 2 * len(links)
    else:
        sense = 1 if question.sign == "positive" else -1
        strongest = min(links, key=lambda one: one.p_positive if sense > 0 else one.p_negative)
        tests = len(links)
    lag = question.lags[links.index(strongest)]
    ahead, against = strongest.p_positive, strongest.p_negative
    p, p_opposite = (ahead, against) if sense > 0 else (against, ahead)
    joint = mine.present & theirs.present
    return Measured(
        question=question,
        sense=sense,
        lag_weeks=lag,
        link=strongest,
        p=_for_several(p, tests),
        p_opposite=_for_several(p_opposite, tests),
        stability=stability(mine, theirs, lag),
        effect=effect(mine, theirs, lag, (source.usual, metric.usual)),
        joint_weeks=int(joint.sum()),
        left_out=joint & ~(mine.kept & theirs.kept),
        naive=_pearson(source.values, metric.values, lag),
        unit_ratio=_unit_ratio(source, metric),
        input_usual=source.usual,
        reverse=_reverse(mine, theirs, max(lag, REVERSE)),
        profile=correlations(mine, theirs, range(-PROFILE, PROFILE + 1)),
        quarters=_by_quarter(mine, theirs, lag, quarter_of_week),
        is_flat=mine.is_flat or theirs.is_flat,
    )


def _for_several(p: float, tests: int) -> float:
    """Return how often the smallest of several tests would be as small by chance (Sidak 1967)."""
    return float(-np.expm1(tests * np.log1p(-min(p, 1 - 1e-12))))


def _pearson(x: Floats, y: Floats, lag: int) -> float:
    early, late = lagged(len(x), lag)
    x, y = x[early], y[late]
    there = np.isfinite(x) & np.isfinite(y)
    x, y = x[there], y[there]
    if len(x) < 3 or x.std() == 0 or y.std() == 0:
        return float("nan")
    return float(np.corrcoef(x, y)[0, 1])


def _unit_ratio(source: Side, metric: Side) -> float:
    """Return how many units of the metric one unit of the input is, in usual surprises of each."""
    in_units = [side.surprises.spread * (side.usual if side.surprises.logs else 1.0) for side in (source, metric)]
    return in_units[1] / in_units[0] if in_units[0] else float("nan")


def _reverse(source: Surprises, metric: Surprises, longest: int) -> Reverse:
    found = [(lag, link(source, metric, -lag)) for lag in range(1, longest + 1)]
    lag, strongest = min(found, key=lambda one: min(one[1].p_positive, one[1].p_negative))
    p = _for_several(min(strongest.p_positive, strongest.p_negative), 2 * longest)
    return Reverse(lag, strongest.correlation, p)


def _by_quarter(source: Surprises, metric: Surprises, lag: int, names: Sequence[str]) -> list[tuple[str, float]]:
    x, y, both = pairs(source, metric, lag)
    quarters = np.array(names[lag:])
    found = []
    for name in dict.fromkeys(names[lag:]):
        part = both & (quarters == name)
        enough = part.sum() >= _FEWEST_IN_A_QUARTER
        found.append((name, correlation(x[part], y[part]) if enough else float("nan")))
    return found


def left_out_weeks(measured: Measured, weeks: Sequence[date]) -> list[date]:
    """Return the weeks that both metrics have and that don't count."""
    return [week for week, out in zip(weeks, measured.left_out, strict=True) if out]
