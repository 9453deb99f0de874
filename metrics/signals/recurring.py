"""Peaks and dips that come back every year: what stood in the same week of a past year is expected again."""

from __future__ import annotations

import numpy as np

from metrics.signals.memory import Bools, Floats
from metrics.signals.procedure import Procedure

_YEARS = 6


def _weeks_back() -> list[list[int]]:
    """For 1, 2, ... years, how many weeks back the same week stood, and the week before and after it."""
    return [
        [back for back in range(50 * years, 54 * years) if abs(7 * back - 365.25 * years) <= 10.5]
        for years in range(1, _YEARS + 1)
    ]


WEEKS_BACK = _weeks_back()


class Peaks:
    """The exceptional weeks so far, in routine standard deviations (weeks x metrics, 0 where routine)."""

    def __init__(self, shape: tuple[int, int], holidays: Bools | None, procedure: Procedure) -> None:
        self.events = np.zeros(shape)
        self.holidays = np.zeros(shape[0], bool) if holidays is None else holidays
        self.margin = procedure.peak_margin
        self.told = np.full(shape[1], -10)

    def reach(self, week: int) -> tuple[Floats, Floats]:
        """Return how far above and below the expected value past peaks and dips of this week reach, with a margin."""
        rows = [week - back for several in WEEKS_BACK for back in several if back <= week]
        if not rows:
            nothing = np.zeros(self.events.shape[1])
            return nothing, nothing
        past = self.events[rows]
        return self.margin * past.max(axis=0, initial=0.0), self.margin * -past.min(axis=0, initial=0.0)

    def note(self, week: int, sizes: Floats) -> None:
        """Remember a week's size, 0 where it was routine."""
        self.events[week] = np.where(self.events[week] == 0, sizes, self.events[week])

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
        near = standard[week - 2 : week + 1] * np.sign(peak)
        known = ~np.isnan(near).any(axis=0)
        came = (np.nan_to_num(near, nan=-np.inf) > np.minimum(0.4 * np.abs(peak), 2.0)).any(axis=0)
        found = (peak != 0) & (recurs | self.holidays[at]) & known & ~came & routine & (week - self.told > 3)
        self.told = np.where(found, week, self.told)
        return np.asarray(found), at
