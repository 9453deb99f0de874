"""Values of all metrics over a group of periods, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan

import numpy as np
from numpy.typing import NDArray

from metrics.calendar import Period
from metrics.review.metric_figures import Point

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class PeriodValues:
    """One row a metric, one column a period; NaN where there is no value. See `Point`."""

    periods: tuple[Period, ...]
    value: Floats
    present: NDArray[np.int64]
    expected: NDArray[np.int64]

    @property
    def incomplete(self) -> Bools:
        """Where a value is given that some expected days are missing from."""
        return ~np.isnan(self.value) & (self.present < self.expected)

    def columns(self, which: slice) -> PeriodValues:
        """Return some of the periods."""
        return PeriodValues(self.periods[which], self.value[:, which], self.present[:, which], self.expected[:, which])

    def points(self, row: int) -> tuple[Point, ...]:
        """Return one metric's row as points."""
        columns = (values[row].tolist() for values in (self.value, self.present, self.expected))
        return tuple(
            Point(period, None if isnan(value) else value, present, expected)
            for period, value, present, expected in zip(self.periods, *columns, strict=True)
        )
