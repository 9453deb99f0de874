"""The charts of one claim in focus: surprises against surprises, both along time, and other lags for looking only."""

from __future__ import annotations

from datetime import date
from math import sqrt

import altair as alt
import numpy as np
import pandas as pd

from metrics.charts import words
from metrics.charts.chart_frame import naive_days
from metrics.charts.chart_theme import THEMES, Layer, Theme, Width, dressed, nothing, titled
from metrics.charts.evidence_words import correlation
from metrics.charts.metric_chart import BREAK, time_axis
from metrics.evidence.judged import Judged
from metrics.evidence.link import pairs
from metrics.evidence.measured import PROFILE
from metrics.evidence.quarter import QuarterEvidence

HEIGHT = 240
_WEEKS = 104
_REACH = 4.0
_CHANCE = 1.96


def scatter_chart(
    found: QuarterEvidence, judged: Judged, *, theme: Theme = "light", width: Width = "container", height: int = HEIGHT
) -> alt.LayerChart:
    """Return the weeks that were compared: the input's surprise across, the metric's, at the lag, upwards.

    Both are in usual sizes of a surprise; the line is the one through 0 that fits best.
    """
    colours = THEMES[theme]
    frame = _pairs(found, judged)
    frame = frame[frame["kept"]]
    if frame.empty:
        return dressed([nothing(colours)], colours, width, height)
    reach = float(max(_REACH, frame[["input", "metric"]].abs().to_numpy().max() * 1.05))
    x, y = frame["input"].to_numpy(), frame["metric"].to_numpy()
    slope = float(x @ y / (x @ x)) if x @ x > 0 else 0.0
    ends = min(reach, reach / abs(slope)) if slope else reach
    fit = pd.DataFrame({"input": [-ends, ends], "metric": [-ends * slope, ends * slope]})
    scale = alt.Scale(domain=[-reach, reach], nice=False)
    axis = alt.Axis(values=[-3, 0, 3], grid=False, format="d")
    across, up = alt.X("input:Q", scale=scale, axis=axis), alt.Y("metric:Q", scale=scale, axis=axis)
    across, up = across.title("input"), up.title("metric")
    zero = pd.DataFrame({"zero": [0.0]})
    layers: list[Layer] = [
        alt.Chart(zero).mark_rule(color=colours.rule).encode(x=alt.X("zero:Q", scale=scale, axis=axis, title="input")),
        alt.Chart(zero).mark_rule(color=colours.rule).encode(y=alt.Y("zero:Q", scale=scale, axis=axis, title="metric")),
        alt.Chart(fit).mark_line(color=colours.quiet, strokeWidth=1.4, clip=True).encode(x=across, y=up),
        alt.Chart(frame)
        .mark_circle(color=colours.current, size=28, opacity=0.75)
        .encode(
            x=across,
            y=up,
            tooltip=[
                alt.Tooltip("week:N", title="Week ending"),
                alt.Tooltip("input_text:N", title="Input"),
                alt.Tooltip("metric_text:N", title="Metric"),
            ],
        ),
    ]
    return titled(layers, colours, width, height)


def lagged_chart(
    found: QuarterEvidence, judged: Judged, *, theme: Theme = "light", width: Width = "container", height: int = 170
) -> alt.LayerChart:
    """Return the surprises of both over the last two years, the input moved later by the lag: blue the metric, grey it.

    Weeks that don't count leave a gap.
    """
    colours = THEMES[theme]
    frame = _pairs(found, judged).iloc[-_WEEKS:].reset_index(drop=True)
    if not frame["kept"].any():
        return dressed([nothing(colours)], colours, width, height)
    frame.loc[~frame["kept"], ["input", "metric"]] = np.nan
    x = time_axis(frame)
    scale = alt.Scale(domain=[-_REACH, _REACH], nice=False)
    axis = alt.Axis(values=[-3, 0, 3], grid=False, title=None)
    layers: list[Layer] = [
        alt.Chart(pd.DataFrame({"zero": [0.0]}))
        .mark_rule(color=colours.rule)
        .encode(y=alt.Y("zero:Q", scale=scale, axis=axis))
    ]
    for column, colour, size, label in (
        ("input", colours.prior, 1.3, "input"),
        ("metric", colours.current, 1.8, "metric"),
    ):
        up = alt.Y(f"{column}:Q", scale=scale, axis=axis)
        line = alt.Chart().mark_line(color=colour, strokeWidth=size, clip=True, invalid=BREAK)
        layers.append(line.encode(x=x, y=up))
        last = frame.iloc[-1:].assign(label=label, **{column: 2.4 if column == "metric" else -2.4})
        text = alt.Chart(last).mark_text(
            align="left", dx=8, fontSize=12, color=colours.current if column == "metric" else colours.quiet
        )
        layers.append(text.encode(x=x, y=up, text="label:N"))
    columns = alt.Chart().mark_rule(strokeWidth=6, opacity=0)
    layers.append(
        columns.encode(
            x=x,
            tooltip=[
                alt.Tooltip("week:N", title="Week ending"),
                alt.Tooltip("metric_text:N", title="Metric"),
                alt.Tooltip("input_text:N", title="Input"),
            ],
        )
    )
    return dressed(layers, colours, width, height, frame)


def profile_chart(
    judged: Judged, *, theme: Theme = "light", width: Width = "container", height: int = 130
) -> alt.LayerChart:
    """Return the correlation at each lag, the input first to the right of 0 and the metric first to the left.

    The lag that counts is blue. The band is what chance alone gives at one lag, 19 times out of 20.
    """
    colours = THEMES[theme]
    measured = judged.measured
    if not measured.profile or judged.smallest is None:
        return dressed([nothing(colours)], colours, width, height)
    frame = pd.DataFrame({"lag": list(measured.profile), "r": list(measured.profile.values())})
    frame["tested"] = frame["lag"] == measured.lag_weeks
    frame["text"] = [correlation(value) for value in frame["r"]]
    chance = _CHANCE / sqrt(max(measured.link.freedom, 1))
    top = max(0.5, float(frame["r"].abs().max()) * 1.1)
    up = alt.Y("r:Q", scale=alt.Scale(domain=[-top, top], nice=False))
    up = up.axis(values=[-0.5, 0, 0.5], grid=False, title=None)
    across = alt.X("lag:Q", scale=alt.Scale(domain=[-PROFILE - 0.7, PROFILE + 0.7], nice=False))
    across = across.axis(values=[-13, -8, -4, 0, 4, 8, 13], grid=False, title="weeks by which the input comes first")
    band = pd.DataFrame({"low": [-chance], "high": [chance]})
    layers: list[Layer] = [
        alt.Chart(band).mark_rect(color=colours.prior, opacity=0.16).encode(y=alt.Y("low:Q", title=None), y2="high:Q"),
        alt.Chart(pd.DataFrame({"r": [0.0]})).mark_rule(color=colours.rule).encode(y=up),
        alt.Chart(frame)
        .mark_bar(width=7)
        .encode(
            x=across,
            y=up,
            color=alt.condition("datum.tested", alt.value(colours.current), alt.value(colours.prior)),
            tooltip=[alt.Tooltip("lag:Q", title="Weeks"), alt.Tooltip("text:N", title="Correlation")],
        ),
    ]
    return titled(layers, colours, width, height)


def _pairs(found: QuarterEvidence, judged: Judged) -> pd.DataFrame:
    """Return a row a week of the metric: both surprises, the input's so many weeks earlier, and whether they count."""
    question, lag = judged.measured.question, judged.measured.lag_weeks
    source, metric = found.sides[question.input].surprises, found.sides[question.metric].surprises
    x, y, kept = pairs(source, metric, lag)
    weeks: list[date] = list(found.weeks)[lag:]
    frame = pd.DataFrame({"period": naive_days(weeks), "input": x, "metric": y, "kept": kept})
    frame["week"] = [words.long_day(week) for week in weeks]
    for column in ("input", "metric"):
        frame[f"{column}_text"] = [f"{value:+.1f}".replace("-", "\u2212") for value in frame[column]]
    return frame
