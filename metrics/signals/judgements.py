"""What was found in each week of each metric."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from metrics.signals.memory import Bools, Floats, Whole


@dataclass(frozen=True)
class Judgements:
    """Each week's expected value, limits and finding; weeks x metrics, NaN where there are none.

    `since` is the number of the week in which a new level began, or of the missing peak a year earlier; -1 where
    none. `regime` counts the stretches between recalculations from 0. `trial` marks the limits of a short history,
    `peak` weeks in which a peak of past years was expected, `anew` limits that no longer described the metric.
    """

    expected: Floats
    lower: Floats
    upper: Floats
    kind: Whole
    since: Whole
    regime: Whole
    trial: Bools
    peak: Bools
    anew: Bools

    @classmethod
    def none(cls, shape: tuple[int, int]) -> Judgements:
        """Return judgements of weeks that were not judged."""
        expected, lower, upper = np.full((3, *shape), np.nan)
        trial, peak, anew = np.zeros((3, *shape), bool)
        kind, regime = np.zeros((2, *shape), np.int64)
        return cls(expected, lower, upper, kind, np.full(shape, -1), regime, trial, peak, anew)

    def longer(self, more: int) -> Judgements:
        """Return a copy with `more` weeks at the end that were not judged."""
        end = Judgements.none((more, self.kind.shape[1]))
        names = [field.name for field in fields(Judgements)]
        return Judgements(*(np.concatenate([getattr(self, name), getattr(end, name)]) for name in names))


@dataclass(frozen=True)
class LockedLimits:
    """Limits that hold whatever the values say; weeks x metrics, NaN where none are locked."""

    expected: Floats
    lower: Floats
    upper: Floats
