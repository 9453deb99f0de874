"""Peaks and dips that come back every year: what stood in the same week of a past year is expected again."""

from __future__ import annotations

import numpy as np

from metrics.signals.memory import Bools, Floats
from metrics.signals.procedure import Procedure

_YEARS = 6
_NEAR = 0.4


def _weeks_back() -> list[list[int]]:
    """For 1, 2, ... years, how many weeks back the same week stood, and the week before and after it."""
    return [
        [back for back in range(50 * years, 54 * years) if abs(7 * back - 365.25 * years) <= 10.5]
        for years in range(1, _YEARS + 1)
    ]


WEEKS_BACK = _weeks_back()


class Peaks:
    """The exceptional weeks so far (weeks x metrics).

    `events` has their size in routine standard deviations, 0 where a week was routine; `excess` what they had above
    the expected value, and `usual` that expected value, in the metric's own unit.
    """

    def __init__(self, shape: tuple[int, int], holidays: Bools | None, procedure: Procedure) -> None:
        self.events = np.zeros(shape)
        self.excess = np.zeros(shape)
        self.usual = np.zeros(shape)
        self.holidays = np.zeros(shape[0], bool) if holidays is None else holidays
        self.margin = procedure.peak_margin
        self.told = np.full(shape[1], -10)

    def reach(self, week: int, log: Bools, usual: Floats, spread: Floats, limit: Floats) -> tuple[Floats, Floats]:
        """Return how far above and below the expected value this week may reach, for peaks and dips of past years.

        In standard deviations: a past peak with a quarter more, and at least with the routine limits on top of it. It
        is related to the level of its time, so that it grows with the metric. `usual` is the expected value now,
        `spread` its routine standard deviation, in logs where the model is.
        """
        nothing = np.zeros(self.events.shape[1])
        rows = [week - back for several in WEEKS_BACK for back in several if back <= week]
        if not rows or not self.events[rows].any():
            return nothing, nothing
        then, excess = self.usual[rows], self.excess[rows]
        related = (then > 0) & (usual > 0)
        share = np.where(related, excess / np.where(related, then, 1.0), 0.0)
        sizes = np.where(log, np.log(np.maximum(1.0 + share, 0.01)), np.where(related, share * usual, excess)) / spread
        above, below = sizes.max(axis=0, initial=0.0), -sizes.min(axis=0, initial=0.0)
        high, low = (np.where(side > 0, np.maximum(self.margin * side, side + limit), 0.0) for side in (above, below))
        return high, low

    def note(self, week: int, metrics: Bools, sizes: Floats, values: Floats, usual: Floats) -> None:
        """Remember the exceptional values of a week."""
        self.events[week] = np.where(metrics, sizes, 0.0)
        self.excess[week] = np.where(metrics, values - usual, 0.0)
        self.usual[week] = np.where(metrics, usual, 0.0)

    def write(self, weeks: slice, metric: int, sizes: Floats, values: Floats, usual: Floats) -> None:
        """Replace what is remembered of one metric's weeks; sizes are 0 where a week was routine."""
        self.events[weeks, metric] = sizes
        self.excess[weeks, metric] = np.where(sizes != 0, values - usual, 0.0)
        self.usual[weeks, metric] = np.where(sizes != 0, usual, 0.0)

    def forget(self, weeks: slice, metric: int) -> None:
        """Forget one metric's weeks, which have become part of a new level."""
        for array in (self.events, self.excess, self.usual):
            array[weeks, metric] = 0.0

    def missing(self, week: int, standard: Floats, routine: Bools) -> tuple[Bools, int]:
        """Return which metrics lack a peak that should have come by now, and the week a year ago in which it stood.

        It stood in the same week of two past years, or of one in a holiday's week; this year neither that week nor
        those beside it came near.
        """
        nothing = np.zeros(self.events.shape[1], bool)
        at = week - WEEKS_BACK[0][-1]
        if at < 0 or not self.events[at].any():
            return nothing, at
        peak = self.events[at]
        rows = [at - back for several in WEEKS_BACK for back in several if back <= at]
        recurs = (np.sign(self.events[rows]) == np.sign(peak)).any(axis=0) if rows else nothing
        towards = standard[week - 2 : week + 1] * np.sign(peak)
        known = ~np.isnan(towards).any(axis=0)
        came = (np.nan_to_num(towards, nan=-np.inf) > _NEAR * np.abs(peak)).any(axis=0)
        found = (peak != 0) & (recurs | self.holidays[at]) & known & ~came & routine & (week - self.told > 3)
        self.told = np.where(found, week, self.told)
        return np.asarray(found), at
