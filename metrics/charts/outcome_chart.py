"""The charts of the yearly claim: what was forecast against what came, and what the lead is worth by its length."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import numpy as np
import pandas as pd

from metrics.charts import numbers, words
from metrics.charts.chart_axis import axis_of, label_places
from metrics.charts.chart_frame import naive_days
from metrics.charts.chart_theme import THEMES, Layer, Theme, Width, dressed, nothing, titled
from metrics.charts.metric_chart import BREAK, HEIGHT, Drawing, time_axis
from metrics.evidence.outcome import OutcomeEvidence
from metrics.tree.tree import Metric

_AFTER = {"week": "Four weeks after", "month": "The month after"}
_STEPS = {"week": "7D", "month": "ME"}
_NAMES = {"came": "what came", "led": "with it", "alone": "without it"}


def forecast_chart(
    found: OutcomeEvidence,
    outcome: Metric,
    *,
    theme: Theme = "light",
    width: Width = "container",
    height: int = HEIGHT,
) -> alt.LayerChart:
    """Return what came as a line of ink, forecast with the North Star in blue and without it in grey.

    Each point is the mean of the four weeks after the one that it stands at (where months are compared, the month after
    it), as forecast with what was known in it.
    """
    colours = THEMES[theme]
    if found.trial is None or not len(found.trial.origins):
        return dressed([nothing(colours)], colours, width, height)
    frame = _forecasts(found, outcome)
    values = frame[list(_NAMES)].to_numpy(dtype=float).ravel()
    drawing = Drawing(frame, time_axis(frame), axis_of(values[np.isfinite(values)].tolist(), outcome, height), colours)
    inks = {"alone": colours.prior, "led": colours.current, "came": colours.ink}
    sizes = {"alone": 1.4, "led": 2.0, "came": 1.4}
    layers: list[Layer] = []
    for column in ("alone", "led", "came"):
        line = drawing.chart().mark_line(color=inks[column], strokeWidth=sizes[column], clip=True, invalid=BREAK)
        layers.append(line.encode(y=drawing.y(column)))
    ends = [float(frame[column].dropna().iloc[-1]) for column in _NAMES]
    for column, height_of in zip(_NAMES, label_places(ends, drawing.axis), strict=True):
        place = frame.iloc[-1:].assign(label_y=height_of, label=_NAMES[column])
        ink = colours.quiet if column == "alone" else inks[column]
        text = alt.Chart(place).mark_text(align="left", dx=8, color=ink, fontSize=12)
        layers.append(text.encode(x=drawing.x, y=drawing.y("label_y"), text="label:N"))
    columns = drawing.chart().mark_rule(strokeWidth=8, opacity=0, clip=True)
    tips = [alt.Tooltip(f"{column}_text:N", title=name.capitalize()) for column, name in _NAMES.items()]
    layers.append(columns.encode(tooltip=[alt.Tooltip("period_text:N", title=_AFTER[_unit(found)]), *tips]))
    return dressed(layers, colours, width, height, frame)


def gain_chart(
    gains: Mapping[int, float],
    claimed: int | None,
    *,
    unit: str = "week",
    theme: Theme = "light",
    width: Width = "container",
    height: int = 150,
) -> alt.LayerChart:
    """Return by how much forecasts get better, by how many `unit`s the North Star leads; the claimed lead is blue."""
    colours = THEMES[theme]
    if not gains:
        return dressed([nothing(colours)], colours, width, height)
    frame = pd.DataFrame({"lead": list(gains), "gain": [gain * 100 for gain in gains.values()]})
    frame["claimed"] = frame["lead"] == claimed
    frame["text"] = [numbers.share(gain) for gain in gains.values()]
    reach = max(5.0, float(frame["gain"].abs().max()) * 1.15)
    up = alt.Y("gain:Q", scale=alt.Scale(domain=[min(-2.0, float(frame["gain"].min()) * 1.15), reach], nice=False))
    up = up.axis(
        grid=False, title=None, labelExpr="(datum.value < 0 ? '\u2212' : '') + abs(datum.value) + ' %'", tickCount=4
    )
    across = alt.X("lead:O", axis=alt.Axis(title=f"{unit}s by which the North Star leads", labelAngle=0))
    layers: list[Layer] = [
        alt.Chart(pd.DataFrame({"gain": [0.0]})).mark_rule(color=colours.rule).encode(y=up),
        alt.Chart(frame)
        .mark_bar(width=14)
        .encode(
            x=across,
            y=up,
            color=alt.condition("datum.claimed", alt.value(colours.current), alt.value(colours.prior)),
            tooltip=[alt.Tooltip("lead:O", title=f"{unit.capitalize()}s"), alt.Tooltip("text:N", title="Gain")],
        ),
    ]
    return titled(layers, colours, width, height)


def _unit(found: OutcomeEvidence) -> str:
    return found.sides[1].surprises.cycle.name


def _forecasts(found: OutcomeEvidence, outcome: Metric) -> pd.DataFrame:
    """Return a row a week from which was forecast, in the outcome's unit; weeks between are blank."""
    assert found.trial is not None
    tried, logs = found.trial, found.sides[1].surprises.logs
    weeks = [found.weeks[at] for at in tried.origins]
    frame = pd.DataFrame({"period": naive_days(weeks), "came": tried.came, "led": tried.led, "alone": tried.alone})
    for column in _NAMES:
        frame[column] = np.exp(frame[column]) if logs else frame[column]
    every = pd.date_range(frame["period"].iloc[0], frame["period"].iloc[-1], freq=_STEPS[_unit(found)])
    frame = frame.set_index("period").reindex(every).rename_axis("period").reset_index()
    frame["period_text"] = [words.long_day(moment.date()) for moment in frame["period"]]
    for column in _NAMES:
        frame[f"{column}_text"] = [
            numbers.full(float(value), outcome) if np.isfinite(value) else "" for value in frame[column]
        ]
    return frame
