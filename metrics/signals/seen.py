"""What weeks were judged from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from metrics.signals.judgements import LockedLimits
from metrics.signals.memory import Bools, Floats

_SAME = 1e-12


@dataclass(frozen=True)
class Seen:
    """All that weeks were judged from; arrays are weeks x metrics. `locked` is None where nothing is locked."""

    ids: tuple[str, ...]
    weeks: tuple[date, ...]
    values: Floats
    denominators: Floats
    dividers: Bools
    locked: LockedLimits | None = None

    def agreeing(self, earlier: Seen) -> int:
        """Return for how many of the first weeks this is what was seen earlier.

        Sums of the same days may differ in the last digits, with the order in which they were added: they agree.
        """
        if self.ids != earlier.ids or self.weeks[:1] != earlier.weeks[:1]:
            return 0
        count = min(len(self.weeks), len(earlier.weeks))
        same = (self.dividers[:count] == earlier.dividers[:count]).all(axis=1)
        for now, then in zip(self._numbers(), earlier._numbers(), strict=True):
            close = np.isclose(now[:count], then[:count], rtol=_SAME, atol=0.0, equal_nan=True)
            same &= close.all(axis=1)
        return count if same.all() else int(np.argmin(same))

    def as_before(self, earlier: Seen, weeks: int) -> Seen:
        """Return the same, with the digits of the first weeks as they were seen earlier."""
        values, denominators = self.values.copy(), self.denominators.copy()
        values[:weeks], denominators[:weeks] = earlier.values[:weeks], earlier.denominators[:weeks]
        return replace(self, values=values, denominators=denominators)

    def _numbers(self) -> tuple[Floats, ...]:
        nothing = np.broadcast_to(np.float64(np.nan), self.values.shape)
        locked = self.locked or LockedLimits(nothing, nothing, nothing)
        return self.values, self.denominators, locked.expected, locked.lower, locked.upper
