"""What large charts have beside their values: triangles for signals, flags for notes, a week chosen by a click."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from metrics.charts.chart_frame import View
from metrics.charts.chart_theme import Colours
from metrics.charts.note_mark import NoteMark, texts_of
from metrics.charts.week_marks import points_up
from metrics.signals.signal import Signal

CHOICE = "week"
CHOSEN = "week_ending"

_FLAG = "M-0.7 1V-1H0.8L0.4 -0.45L0.8 0.1H-0.7"
_ABOVE_AXIS = 9
_BETWEEN = " · "


def with_notes(frame: pd.DataFrame, notes: Sequence[NoteMark], view: View = "weeks") -> pd.DataFrame:
    """Return a frame with the texts of each period's notes in `notes_text`, and its day as text in `week_ending`.

    `notes_tip` is the same for the tooltip, which has a line for every period or none. `period` of the frame has the
    last days of weeks, or the first days of months.
    """
    days = [moment.date() for moment in frame["period"]]
    firsts = days
    if view == "months":
        days = [(moment + pd.offsets.MonthEnd()).date() for moment in frame["period"]]
    texts = [_BETWEEN.join(texts_of(notes, first, last)) for first, last in zip(firsts, days, strict=True)]
    tips = told(texts)
    return frame.assign(notes_text=texts, notes_tip=tips, week_ending=[day.isoformat() for day in days])


def with_signals(frame: pd.DataFrame, signals: Sequence[Signal]) -> pd.DataFrame:
    """Return a frame of weeks with `signal`, `strong` and `above` (what `signal_marks` draws), and `sentence`."""
    by_week = {signal.week_ending: signal for signal in signals}
    found = [by_week.get(moment.date()) for moment in frame["period"]]
    before = [None if pd.isna(value) else float(value) for value in frame["value"].ffill().shift()]
    return frame.assign(
        signal=[signal is not None for signal in found],
        strong=[signal is not None and signal.strength == "strong" for signal in found],
        above=[signal is not None and points_up(signal, value) for signal, value in zip(found, before, strict=True)],
        sentence=told([signal.sentence if signal else "" for signal in found]),
    )


def signal_marks(chart: alt.Chart, y: alt.Y, colours: Colours) -> list[alt.Chart]:
    """Draw strong signals filled, moderate ones hollow, pointing up or down."""
    layers = []
    for above, shape in ((True, "triangle-up"), (False, "triangle-down")):
        for strong in (True, False):
            wanted = f"datum.signal && {'' if above else '!'}datum.above && {'' if strong else '!'}datum.strong"
            mark = chart.transform_filter(f"{wanted} && isValid(datum.value)").mark_point(
                shape=shape,
                size=130,
                stroke=colours.signal,
                fill=colours.signal if strong else colours.paper,
                strokeWidth=1.8,
                opacity=1,
                clip=True,
            )
            layers.append(mark.encode(y=y))
    return layers


def told(texts: Sequence[str]) -> list[str]:
    """Return texts of a tooltip's line: `none` in place of blank ones, unless all are blank."""
    return [text or "none" for text in texts] if any(texts) else ["" for _ in texts]


def note_flags(chart: alt.Chart, colours: Colours) -> alt.Chart:
    """Draw a small flag above the time axis at each period with notes."""
    flags = chart.transform_filter("datum.notes_text != ''").mark_point(
        shape=_FLAG, size=70, stroke=colours.quiet, fill=colours.paper, strokeWidth=1.3, opacity=1, clip=True
    )
    layer: alt.Chart = flags.encode(y=alt.value(alt.ExprRef(f"height - {_ABOVE_AXIS}")))
    return layer


def zooming() -> alt.Parameter:
    """Return what lets a drag move the time axis, and the wheel zoom it with Ctrl or by a pinch; else a page scrolls.

    A double-click shows all of it again.
    """
    held = "event.ctrlKey || event.metaKey"
    return alt.selection_interval(name="zoom", bind="scales", encodings=["x"], zoom=f"wheel![{held}]")


def choosable(columns: alt.Chart) -> alt.Chart:
    """Let a click on one of the columns that cover a chart choose its week; Escape leaves it.

    The selection is called `week`, and has the week's last day as text in `week_ending`.
    """
    choice = alt.selection_point(
        name=CHOICE, fields=[CHOSEN], on="click", clear="dblclick, window:keydown[event.key === 'Escape']"
    )
    shade = alt.when(choice, empty=False).then(alt.value(0.14)).otherwise(alt.value(0))
    layer: alt.Chart = columns.encode(opacity=shade).add_params(choice)
    return layer
