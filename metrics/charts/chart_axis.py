"""The vertical axis of a large chart: its range, its ticks with labels as everywhere else, places for labels."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import altair as alt

from metrics.charts import numbers
from metrics.charts.layout_rows import spread
from metrics.tree.tree import Metric

LABEL_HEIGHT = 16

_TICKS = 5
_PADDING = 0.06
_LEAST_SPAN = 0.05
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_CLOCK = (86400.0, 3600.0, 60.0)


@dataclass(frozen=True)
class Axis:
    """A range of values over `height` pixels, with the ticks to write."""

    low: float
    high: float
    height: int
    ticks: tuple[tuple[float, str], ...]

    @property
    def scale(self) -> alt.Scale:
        """The range as Altair's scale."""
        return alt.Scale(domain=[self.low, self.high], nice=False, zero=False)

    @property
    def drawn(self) -> alt.Axis:
        """The ticks as Altair's axis: labels are looked up by value."""
        near = (self.high - self.low) / 1e6
        lookup = "".join(f"abs(datum.value - {value!r}) < {near!r} ? {_quoted(text)} : " for value, text in self.ticks)
        return alt.Axis(values=[value for value, _ in self.ticks], labelExpr=f"{lookup}''", title=None, grid=False)


def axis_of(values: Iterable[float], metric: Metric, height: int) -> Axis:
    """Return the axis that holds all values.

    Zero is included where the smallest value is under a third of the largest. The range is never less than a
    twentieth of the level, so that a wobble of one percent looks like one.
    """
    held = list(values)
    low, high = min(held), max(held)
    if 0 <= low < high / 3:
        low = 0.0
    elif high / 3 < high <= 0 and high > low / 3:
        high = 0.0
    middle = (low + high) / 2
    span = max(high - low, abs(middle) * _LEAST_SPAN) or 1.0
    bottom, top = middle - span / 2, middle + span / 2
    padding = span * _PADDING
    bottom = bottom if bottom == 0 else bottom - padding
    top = top if top == 0 else top + padding
    ticks = _ticks(bottom, top, metric)
    labels = [numbers.short(tick, metric) for tick in ticks]
    if len(set(labels)) < len(labels):
        labels = [numbers.full(tick, metric) for tick in ticks]
    return Axis(bottom, top, height, tuple(zip(ticks, labels, strict=True)))


def label_places(values: Sequence[float], axis: Axis) -> list[float]:
    """Return heights in the axis's values near the given ones, so that labels there do not touch."""
    order = sorted(range(len(values)), key=lambda at: values[at])
    gap = (axis.high - axis.low) * LABEL_HEIGHT / axis.height
    placed = spread([values[at] for at in order], [1.0] * len(order), [gap] * (len(order) - 1))
    places = [0.0] * len(values)
    for at, place in zip(order, placed, strict=True):
        places[at] = place
    return places


def _ticks(low: float, high: float, metric: Metric) -> list[float]:
    """Round numbers within the range, about five; a duration's are round in the unit that it is written in."""
    size = max(abs(low), abs(high))
    unit = next((unit for unit in _CLOCK if size >= 2 * unit), 1.0) if metric.unit == "duration" else 1.0
    rough = (high - low) / unit / _TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(step for step in _STEPS if step * power >= rough * 0.999) * power
    first, last = math.ceil(low / unit / step - 1e-9), math.floor(high / unit / step + 1e-9)
    return [float(f"{number * step * unit:.12g}") for number in range(first, last + 1)]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
