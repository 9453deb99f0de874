"""The vertical axis of a panel.

Its range holds the values of both years, and the targets unless they would make it more than twice as tall (the
caption then says on which side the target lies). Zero is included where the smallest value is under a third of
the largest; the baseline is then a solid line, else dotted. A range is never less than a hundredth of the level,
so that next to nothing looks like it. The two sides of a block share an axis unless their levels differ by more
than a factor of three.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from metrics.review.metric_figures import Point

APART = 3.0
TOP, BOTTOM = 22.0, 84.0

_PADDING = 0.08
_LEAST_SPAN = 0.01


@dataclass(frozen=True)
class Axis:
    """A range of values over the height of the plot."""

    low: float
    high: float

    def y(self, value: float) -> float:
        """Return the height of a value in the viewBox."""
        return round(BOTTOM - (value - self.low) / (self.high - self.low) * (BOTTOM - TOP), 1)

    def holds(self, value: float) -> bool:
        """Whether a value can be drawn."""
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Series:
    """What a panel draws: periods of this year, of the year before and their targets, all parallel."""

    current: Sequence[Point]
    prior: Sequence[Point]
    targets: Sequence[Point]

    @cached_property
    def values(self) -> Sequence[float]:
        """The values of both years."""
        return [point.value for point in (*self.current, *self.prior) if point.value is not None]

    @cached_property
    def target_values(self) -> Sequence[float]:
        """The targets there are."""
        return [point.value for point in self.targets if point.value is not None]


def axes(weeks: Series, months: Series) -> tuple[Axis, Axis]:
    """Return the axes of both sides: the same one, unless the scales differ by more than three times."""
    sizes = [max((abs(value) for value in side.values), default=0.0) for side in (weeks, months)]
    if min(sizes) * APART < max(sizes):
        return axis(weeks.values, weeks.target_values), axis(months.values, months.target_values)
    both = axis([*weeks.values, *months.values], [*weeks.target_values, *months.target_values])
    return both, both


def axis(values: Iterable[float], targets: Iterable[float] = ()) -> Axis:
    """Return the range for some values (see the module's text)."""
    held = list(values)
    low, high = _range(held)
    with_targets = _range([*held, *targets])
    if with_targets[1] - with_targets[0] <= 2 * (high - low):
        low, high = with_targets
    return Axis(low, high)


def _range(values: list[float]) -> tuple[float, float]:
    if not values or not any(values):
        return 0.0, 1.0
    low, high = min(values), max(values)
    if 0 <= low < high / 3:
        return 0.0, high * (1 + _PADDING)
    if low / 3 < high <= 0:
        return low * (1 + _PADDING), 0.0
    least = _LEAST_SPAN * max(abs(low), abs(high))
    slack = max(0.0, least - (high - low)) / 2
    padding = _PADDING * max(high - low, least)
    return low - slack - padding, high + slack + padding
