"""The process behaviour chart of one metric: its weeks against the range of routine variation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import altair as alt
import numpy as np
import pandas as pd

from metrics.charts import numbers, words
from metrics.charts.chart_axis import axis_of
from metrics.charts.chart_frame import described, given, naive_days
from metrics.charts.chart_marks import choosable, note_flags, signal_marks, told, with_notes, zooming
from metrics.charts.chart_theme import NO_VALUES, THEMES, Layer, Theme, Width, dressed, nothing
from metrics.charts.metric_chart import BREAK, HEIGHT, Drawing, time_axis
from metrics.charts.note_mark import NoteMark
from metrics.tree.tree import Metric

_MANY_POINTS = 60


def process_chart(
    weeks: pd.DataFrame,
    metric: Metric,
    sentences: Mapping[date, str],
    *,
    theme: Theme = "light",
    width: Width = "container",
    height: int = HEIGHT,
    notes: Sequence[NoteMark] = (),
    choose: bool = False,
    empty: str = NO_VALUES,
) -> alt.LayerChart:
    """Return the chart of a metric's judged weeks.

    `weeks` has one row a week: `week_ending` (naive datetimes), `value`, `expected`, `lower`, `upper` (floats, NaN
    where there is none), `regime` (a number that rises where limits were recalculated), `kind` and `strength` of a
    signal (None where routine). `sentences` says what happened in the weeks with a signal. Routine weeks are grey;
    signals differ in shape: a triangle that points to the side on which the value lies, filled where strong. Weeks with
    `notes` have a flag. With `choose`, a click chooses a week, in the selection `week`. `empty` is said where there is
    nothing to draw.
    """
    colours = THEMES[theme]
    frame = with_notes(_prepared(weeks, metric, sentences), notes)
    values = frame[["value", "lower", "upper"]].to_numpy(dtype=float).ravel()
    values = values[np.isfinite(values)]
    if not len(values):
        return dressed([nothing(colours, empty)], colours, width, height)
    drawing = Drawing(frame, time_axis(frame), axis_of(values.tolist(), metric, height), colours)
    layers: list[Layer] = [
        _limits(drawing),
        _expected(drawing),
        _line(drawing).add_params(zooming()),
        _routine(drawing),
        *signal_marks(drawing.chart(), drawing.y("value"), colours),
        _recalculated(drawing),
        note_flags(drawing.chart(), colours),
        choosable(_tooltips(drawing)) if choose else _tooltips(drawing),
    ]
    return dressed(layers, colours, width, height, frame, described(frame, metric, "weeks"))


def _prepared(weeks: pd.DataFrame, metric: Metric, sentences: Mapping[date, str]) -> pd.DataFrame:
    frame = weeks[["value", "expected", "lower", "upper", "regime"]].astype(float)
    frame.insert(0, "period", naive_days(weeks["week_ending"]))
    frame["signal"] = weeks["kind"].notna().to_numpy()
    frame["strong"] = (weeks["strength"] == "strong").to_numpy()
    frame["above"] = frame["value"] >= frame["expected"].fillna(frame["value"].ffill().shift())
    frame["anew"] = frame["regime"].diff().fillna(0) > 0
    days = [moment.date() for moment in frame["period"]]
    frame["period_text"] = [words.long_day(day) for day in days]
    for column in ("value", "expected", "lower", "upper"):
        frame[f"{column}_text"] = [numbers.full(given(value), metric) for value in frame[column]]
    frame["sentence"] = told([sentences.get(day, "") for day in days])
    return frame


def _limits(drawing: Drawing) -> alt.Chart:
    """Shade the range of routine variation, week by week."""
    area = drawing.chart().mark_area(
        color=drawing.colours.prior, opacity=0.16, interpolate="step", line=False, clip=True, invalid=BREAK
    )
    layer: alt.Chart = area.encode(y=drawing.y("lower"), y2="upper:Q")
    return layer


def _expected(drawing: Drawing) -> alt.Chart:
    line = drawing.chart().mark_line(
        color=drawing.colours.quiet, strokeWidth=1.2, strokeDash=[1, 3], interpolate="step", clip=True, invalid=BREAK
    )
    layer: alt.Chart = line.encode(y=drawing.y("expected"))
    return layer


def _line(drawing: Drawing) -> alt.Chart:
    line = drawing.chart().mark_line(color=drawing.colours.prior, strokeWidth=1.6, clip=True, invalid=BREAK)
    layer: alt.Chart = line.encode(y=drawing.y("value"))
    return layer


def _routine(drawing: Drawing) -> alt.Chart:
    size = 26 if len(drawing.frame) <= _MANY_POINTS else 12
    points = drawing.chart().transform_filter("!datum.signal && isValid(datum.value)")
    marks = points.mark_circle(color=drawing.colours.quiet, size=size, opacity=1, clip=True)
    layer: alt.Chart = marks.encode(y=drawing.y("value"))
    return layer


def _recalculated(drawing: Drawing) -> alt.Chart:
    """Divide the chart where limits were recalculated."""
    rule = (
        drawing.chart()
        .transform_filter("datum.anew")
        .mark_rule(color=drawing.colours.ink, strokeDash=[2, 3], strokeWidth=1, clip=True)
    )
    layer: alt.Chart = rule
    return layer


def _tooltips(drawing: Drawing) -> alt.Chart:
    titles = {
        "period_text": "Week ending",
        "value_text": "Value",
        "expected_text": "Expected",
        "lower_text": "Routine from",
        "upper_text": "Routine to",
        "sentence": "Signal",
        "notes_tip": "Note",
    }
    shown = [name for name in titles if any(drawing.frame[name])]
    columns = drawing.chart().mark_rule(strokeWidth=8, opacity=0, clip=True)
    layer: alt.Chart = columns.encode(tooltip=[alt.Tooltip(f"{name}:N", title=titles[name]) for name in shown])
    return layer
