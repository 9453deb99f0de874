"""The large chart of one metric: a frame in, an Altair chart out; no screen.

Labels are written in Python, so that they are the same in every browser, whatever its time zone and language. Each
layer is a function of what is drawn; a chart is their sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import altair as alt
import numpy as np
import pandas as pd

from metrics.charts import numbers, words
from metrics.charts.chart_axis import Axis, axis_of, label_places
from metrics.charts.chart_frame import View, described, prepared
from metrics.charts.chart_marks import choosable, note_flags, signal_marks, with_notes, with_signals, zooming
from metrics.charts.chart_theme import NO_VALUES, THEMES, Colours, Layer, Theme, Width, dressed, nothing
from metrics.charts.note_mark import NoteMark
from metrics.signals.signal import Signal
from metrics.tree.tree import Metric

HEIGHT = 380
BREAK: Literal["break-paths-filter-domains"] = "break-paths-filter-domains"

_ROOM_FOR_LABELS = 84
_ROOM_FOR_POINT = 0.012
_MANY_POINTS = 60
_LABEL_LINE = 15
_NARROW = "width < 480"  # pixels; there January's label may be one of those that are left out
_MOST_DIVIDERS_LABELLED = 4


@dataclass(frozen=True)
class Divider:
    """A day from which on a metric measures something else, and what changed."""

    day: date
    text: str


@dataclass(frozen=True)
class Drawing:
    """What every layer is made from: the prepared frame, both axes, the colours."""

    frame: pd.DataFrame
    x: alt.X
    axis: Axis
    colours: Colours

    def chart(self) -> alt.Chart:
        """Return a chart along time, without a mark; the frame, written once, is that of all layers together."""
        chart: alt.Chart = alt.Chart().encode(x=self.x)
        return chart

    def y(self, column: str) -> alt.Y:
        """Return a column on the common vertical axis."""
        return alt.Y(f"{column}:Q", scale=self.axis.scale, axis=self.axis.drawn, title=None)


def metric_chart(
    series: pd.DataFrame,
    metric: Metric,
    view: View = "weeks",
    *,
    theme: Theme = "light",
    width: Width = "container",
    height: int = HEIGHT,
    dividers: Sequence[Divider] = (),
    notes: Sequence[NoteMark] = (),
    signals: Sequence[Signal] = (),
    choose: bool = False,
    empty: str = NO_VALUES,
) -> alt.LayerChart:
    """Return the chart of a metric's weeks or months, with the prior year and the target.

    `series` has one row a period: `period` (the week's last day or the month's first; naive datetimes), `value`,
    `prior_year` and `target` (floats, null where missing), `present` and `expected` (days counted and due). A column
    `change` (percent, or basis points for a percent-unit metric) is shown where given. Lines break where a value or a
    whole row is missing. Where something else is measured from a day on, a divider says so. Periods with `notes` have a
    flag, weeks with `signals` a triangle. With `choose`, a click chooses a period, in the selection `week`.
    `empty` is said where there is nothing to draw.
    """
    colours = THEMES[theme]
    frame = with_signals(with_notes(prepared(series, metric, view), notes, view), signals)
    values = frame[["value", "prior_year", "target"]].to_numpy(dtype=float).ravel()
    values = values[np.isfinite(values)]
    if not len(values):
        return dressed([nothing(colours, empty)], colours, width, height)
    drawing = Drawing(frame, time_axis(frame), axis_of(values.tolist(), metric, height), colours)
    layers: list[Layer] = [
        *divider_rules(drawing, dividers),
        prior_year_line(drawing),
        target_line(drawing),
        current_line(drawing).add_params(zooming()),
        complete_points(drawing),
        incomplete_points(drawing),
        *(signal_marks(drawing.chart(), drawing.y("value"), colours) if signals else ()),
        *end_labels(drawing, metric),
        note_flags(drawing.chart(), colours),
        choosable(tooltips(drawing, view)) if choose else tooltips(drawing, view),
    ]
    return dressed(layers, colours, width, height, frame, described(frame, metric, view))


def divider_rules(drawing: Drawing, dividers: Sequence[Divider]) -> list[Layer]:
    """Draw a rule at each day from which on something else is measured; what is newer stands at the last period."""
    first, last = drawing.frame["period"].iloc[0], drawing.frame["period"].iloc[-1]
    shown = [one for one in dividers if first <= pd.Timestamp(one.day)]
    if not shown:
        return []
    frame = pd.DataFrame({"period": [min(pd.Timestamp(one.day), last) for one in shown]})
    base = alt.Chart(frame.assign(text=[one.text for one in shown])).encode(x=drawing.x)
    rule = base.mark_rule(color=drawing.colours.ink, strokeDash=[2, 3], strokeWidth=1.2, clip=True)
    layers: list[Layer] = [rule.encode(tooltip=alt.Tooltip("text:N", title="Definition"))]
    # What is before a rule is computed by the new definition, too. Near each other, each day has a line of its own.
    for line, day in enumerate(sorted({one.day for one in shown}, reverse=True)[:_MOST_DIVIDERS_LABELLED]):
        at = min(pd.Timestamp(day), last)
        right = at - first < (last - first) / 3  # there is no room to the left
        place = alt.Chart(pd.DataFrame({"period": [at]})).encode(x=drawing.x)
        label = place.mark_text(
            align="left" if right else "right",
            baseline="top",
            dx=4 if right else -4,
            color=drawing.colours.quiet,
            fontSize=12,
            clip=True,
        )
        text = alt.value(f"all computed anew on {words.short_day(day)}")
        layers.append(label.encode(y=alt.value(2 + _LABEL_LINE * line), text=text))
    return layers


def prior_year_line(drawing: Drawing) -> alt.LayerChart:
    """Draw the year before as a grey line, with specks, so that a lone value shows."""
    grey = drawing.colours.prior
    line = drawing.chart().mark_line(color=grey, strokeWidth=1.4, clip=True, invalid=BREAK)
    specks = drawing.chart().mark_circle(color=grey, size=5, opacity=1, clip=True)
    return alt.LayerChart(layer=[mark.encode(y=drawing.y("prior_year")) for mark in (line, specks)])


def target_line(drawing: Drawing) -> alt.Chart:
    """Draw the target as dashes that step from period to period."""
    line = drawing.chart().mark_line(
        color=drawing.colours.ink,
        strokeWidth=1.3,
        strokeDash=[5, 4],
        interpolate="step",
        clip=True,
        invalid=BREAK,
    )
    layer: alt.Chart = line.encode(y=drawing.y("target"))
    return layer


def current_line(drawing: Drawing) -> alt.Chart:
    """Draw the values as a blue line, broken where one is missing."""
    line = drawing.chart().mark_line(color=drawing.colours.current, strokeWidth=2, clip=True, invalid=BREAK)
    layer: alt.Chart = line.encode(y=drawing.y("value"))
    return layer


def complete_points(drawing: Drawing) -> alt.Chart:
    """Draw complete values as filled points."""
    size = 30 if len(drawing.frame) <= _MANY_POINTS else 14
    points = drawing.chart().transform_filter("!datum.incomplete && isValid(datum.value)")
    points = points.mark_circle(color=drawing.colours.current, size=size, opacity=1, clip=True)
    layer: alt.Chart = points.encode(y=drawing.y("value"))
    return layer


def incomplete_points(drawing: Drawing) -> alt.Chart:
    """Draw incomplete values hollow, in the page's colour."""
    points = drawing.chart().transform_filter("datum.incomplete")
    points = points.mark_point(
        stroke=drawing.colours.current,
        fill=drawing.colours.paper,
        size=44,
        strokeWidth=1.6,
        opacity=1,
        clip=True,
    )
    layer: alt.Chart = points.encode(y=drawing.y("value"))
    return layer


def end_labels(drawing: Drawing, metric: Metric) -> list[Layer]:
    """Write at the end of each line what it is, instead of a legend; no value there that is not the last period's."""
    frame, colours = drawing.frame, drawing.colours
    texts = {"value": "", "prior_year": "year before", "target": "target"}
    inks = {"value": colours.current, "prior_year": colours.quiet, "target": colours.ink}
    last = {name: frame[name].dropna() for name in texts if name != "value" or pd.notna(frame[name].iloc[-1])}
    ends = {name: values for name, values in last.items() if len(values)}
    if not ends:
        return []
    heights = label_places([float(values.iloc[-1]) for values in ends.values()], drawing.axis)
    labels: list[Layer] = []
    for (name, values), height in zip(ends.items(), heights, strict=True):
        text = texts[name] or numbers.short(float(values.iloc[-1]), metric)
        place = frame.loc[values.index[-1:], ["period"]].assign(label_y=height, label=text)
        label = alt.Chart(place).mark_text(
            align="left",
            baseline="middle",
            dx=9,
            color=inks[name],
            clip=True,
            fontSize=14 if name == "value" else 12,
            fontWeight=600 if name == "value" else 400,
        )
        labels.append(label.encode(x=drawing.x, y=drawing.y("label_y"), text="label:N"))
    return labels


def tooltips(drawing: Drawing, view: View) -> alt.Chart:
    """Cover the plot with invisible columns, one a period, that say everything about it."""
    titles = {
        "period_text": "Month" if view == "months" else "Week ending",
        "value_text": "Value",
        "prior_year_text": "Year before",
        "change_text": "Change on the year before",
        "target_text": "Target",
        "days_text": "Days with a value",
        "sentence": "Signal",
        "notes_tip": "Note",
    }
    shown = [name for name in titles if any(drawing.frame[name])]
    columns = drawing.chart().mark_rule(strokeWidth=_column_width(drawing.frame), opacity=0, clip=True)
    layer: alt.Chart = columns.encode(tooltip=[alt.Tooltip(f"{name}:N", title=titles[name]) for name in shown])
    return layer


def _column_width(frame: pd.DataFrame) -> alt.ExprRef:
    """The room that a period has, in pixels, also after zooming."""
    if len(frame) == 1:
        return alt.ExprRef("width")
    first, second = (f"datetime({at.year}, {at.month - 1}, {at.day})" for at in frame["period"].iloc[:2])
    return alt.ExprRef(f"scale('x', {second}) - scale('x', {first}) + 1")


def time_axis(frame: pd.DataFrame) -> alt.X:
    """The time axis: months named, with years where they begin or the chart is narrow; room for labels at the right."""
    first, last = frame["period"].iloc[0], frame["period"].iloc[-1]
    span = max(last - first, pd.Timedelta(days=21))
    domain = [_local(first - span * _ROOM_FOR_POINT), _local(last + span * _ROOM_FOR_POINT)]
    room: list[float | alt.ExprRef] = [0, alt.ExprRef(f"width - {_ROOM_FOR_LABELS}")]
    with_year = "[timeFormat(datum.value, '%b'), timeFormat(datum.value, '%Y')]"
    axis = alt.Axis(
        title=None,
        grid=False,
        tickCount={"interval": "month", "step": 1},
        labelOverlap=True,
        labelSeparation=6,
        labelFlush=False,
        labelExpr=f"month(datum.value) == 0 || {_NARROW} ? {with_year} : timeFormat(datum.value, '%b')",
    )
    return alt.X("period:T", axis=axis, scale=alt.Scale(domain=domain, range=room, nice=False))


def _local(moment: pd.Timestamp) -> alt.DateTime:
    """A moment in the browser's own time, as naive datetimes in the data are read."""
    return alt.DateTime(year=moment.year, month=moment.month, date=moment.day, hours=moment.hour)
