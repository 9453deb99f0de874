"""One column of values that the warehouse wants from a source."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Series:
    """A metric's values, or its target's, in a source.

    `number` (0 or more) is its key in the table `reading`; `metric` the metric's id, for messages; `column` the header
    of its column (wide layout) or its name in the metric column (long layout); `where` the pairs of column and text
    that a row must have; `scale` multiplies raw values.
    """

    number: int
    metric: str
    column: str
    where: tuple[tuple[str, str], ...] = ()
    scale: float = 1.0
