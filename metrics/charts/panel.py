"""The geometry of a panel: a metric's weeks or months as paths and labels in the block's fixed viewBox."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Literal

from metrics.charts import numbers, words
from metrics.charts.axis import BOTTOM, TOP, Axis, Series
from metrics.review.metric_figures import Point
from metrics.tree.tree import Metric

WIDTH = 340.0
HEIGHT = 106.0

_TICKS, _CAPTION = 102.5, 9.5
_LINE_HEIGHT = 11.0
_LOWEST_LABEL = 93.5
_STEEP = 14.0

LabelKind = Literal["caption", "extent", "tick", "last"]
Anchor = Literal["start", "middle", "end"]
Write = Callable[[float], str]


@dataclass(frozen=True)
class Frame:
    """Where a panel stands: the plot's left and right edge; its points are spread over all of it."""

    left: float
    right: float


WEEKS = Frame(40.0, 124.0)
MONTHS = Frame(176.0, 334.0)


@dataclass(frozen=True)
class Label:
    """A text in the viewBox. `x` may list a place for each letter, as an SVG text may."""

    kind: LabelKind
    x: str
    y: float
    anchor: Anchor
    text: str


@dataclass(frozen=True)
class Mark:
    """A point of the current line; `y` is None where there is no value. `tip` holds a title and its lines."""

    x: float
    y: float | None
    hollow: bool
    tip: str


@dataclass(frozen=True)
class Panel:
    """One side of a block: SVG paths of lines and dashes, points, labels; `base`: the baseline's height."""

    line: str
    prior: str
    targets: str
    base: float | None
    zero: bool
    marks: tuple[Mark, ...]
    labels: tuple[Label, ...]


def panel(metric: Metric, series: Series, frame: Frame, scale: Axis, caption: str, like: float | None) -> Panel:
    """Return the drawing of one side; `like` settles the unit of its durations."""
    write = partial(numbers.bare, metric=metric, like=like)
    step = (frame.right - frame.left) / max(1, len(series.current) - 1)
    xs = [round(frame.left + step * number, 1) for number in range(len(series.current))]
    ys = _heights(series.current, scale)
    beyond = [value for value in series.target_values if not scale.holds(value)]
    if beyond:
        caption += f", target {'above' if beyond[-1] > scale.high else 'below'}"
    labels = [Label("caption", _number(frame.left), _CAPTION, "start", caption)]
    if series.values:
        labels += _ticks(series.current, xs)
    else:
        middle = _number((frame.left + frame.right) / 2)
        labels.append(Label("extent", middle, (TOP + BOTTOM) / 2, "middle", "no values"))
    labels += _extents(write, series, frame, scale)
    labels += _last(write, series, xs, scale)
    zero = scale.low <= 0 <= scale.high
    return Panel(
        line=_path(ys, xs),
        prior=_path(_heights(series.prior, scale), xs),
        targets=_dashes(series.targets, xs, scale, min(4.0, step * 0.36)),
        base=(scale.y(0.0) if zero else BOTTOM) if series.values else None,
        zero=zero,
        marks=_marks(metric, series, xs, ys),
        labels=tuple(labels),
    )


@lru_cache(maxsize=4_000)  # places have one decimal, so they come again and again
def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _heights(points: Sequence[Point], scale: Axis) -> list[float | None]:
    return [None if point.value is None else scale.y(point.value) for point in points]


def _path(ys: Sequence[float | None], xs: Sequence[float]) -> str:
    """A line that breaks where a value is missing. A value on its own is a stroke of no length: a dot."""
    parts: list[str] = []
    drawing = False
    for y, x in zip(ys, xs, strict=False):
        if y is None:
            drawing = False
        elif drawing:
            parts.append(f"L{_number(x)} {_number(y)}")
        else:
            parts.append(f"M{_number(x)} {_number(y)}h0")
            drawing = True
    return "".join(parts)


def _dashes(targets: Sequence[Point], xs: Sequence[float], scale: Axis, half: float) -> str:
    return "".join(
        f"M{_number(x - half)} {_number(scale.y(point.value))}h{_number(2 * half)}"
        for point, x in zip(targets, xs, strict=False)
        if point.value is not None and scale.holds(point.value)
    )


def _ticks(points: Sequence[Point], xs: Sequence[float]) -> list[Label]:
    if not points:
        return []
    if points[0].period.span == "month":
        letters = "".join(words.period(point.period)[0] for point in points)
        return [Label("tick", " ".join(_number(x) for x in xs), _TICKS, "middle", letters)]
    first, last = (words.short_day(point.period.last) for point in (points[0], points[-1]))
    return [
        Label("tick", _number(xs[0] - 3), _TICKS, "start", first),
        Label("tick", _number(xs[-1] + 3), _TICKS, "end", last),
    ]


def _extents(write: Write, series: Series, frame: Frame, scale: Axis) -> list[Label]:
    """Name the highest and the lowest value drawn, at their height, left of the plot.

    Where they are one and the same, the newest value says it.
    """
    values = series.values
    if not values or (min(values) == max(values) and series.current[-1].value is not None):
        return []
    x = _number(frame.left - 5)
    high = 0.0 if scale.high == 0 else max(values)
    low = 0.0 if scale.low == 0 else min(values)
    shown = [(scale.y(high), high)]
    if scale.y(low) - scale.y(high) >= _LINE_HEIGHT:
        shown.append((scale.y(low), low))
    return [Label("extent", x, round(y + 3, 1), "end", write(value)) for y, value in shown]


def _last(write: Write, series: Series, xs: Sequence[float], scale: Axis) -> list[Label]:
    """Write the newest value beside its point, where the line doesn't come from: above, below, or to the left."""
    if not series.current or series.current[-1].value is None:
        return []
    value = series.current[-1].value
    before = next((point.value for point in reversed(series.current[:-1]) if point.value is not None), value)
    x, y = xs[-1] + 4, scale.y(value)
    if before <= value:
        place = x, y - 6
    elif y + 13 <= _LOWEST_LABEL:
        place = x, y + 13
    elif y - scale.y(before) >= _STEEP:
        place = x - 11, y + 1
    else:
        place = x, y - 6
    return [Label("last", _number(place[0]), round(place[1], 1), "end", write(value))]


def _marks(metric: Metric, series: Series, xs: Sequence[float], ys: Sequence[float | None]) -> tuple[Mark, ...]:
    return tuple(
        Mark(x, y, point.incomplete, _tip(metric, point, _at(series.prior, number), _at(series.targets, number)))
        for number, (point, x, y) in enumerate(zip(series.current, xs, ys, strict=True))
    )


def _at(points: Sequence[Point], number: int) -> Point | None:
    return points[number] if number < len(points) else None


def _tip(metric: Metric, point: Point, prior: Point | None, target: Point | None) -> str:
    lines = [words.period(point.period), words.valued(metric, point) or words.no_value(metric, point)]
    if prior is not None and prior.value is not None:
        lines.append(f"Prior year {words.valued(metric, prior)}")
    if target is not None and target.value is not None:
        lines.append(f"Target {words.valued(metric, target)}")
    return "\n".join(lines)
