"""A metric's years laid over each other: months from the fiscal year's start, one line a year."""

from __future__ import annotations

import altair as alt
import pandas as pd

from metrics.calendar import MONTH_LABELS
from metrics.charts import numbers
from metrics.charts.chart_axis import Axis, axis_of, label_places
from metrics.charts.chart_frame import NO_VALUE, days_texts, floats, given
from metrics.charts.chart_theme import NO_VALUES, THEMES, Layer, Theme, Width, dressed, nothing
from metrics.charts.metric_chart import BREAK, HEIGHT
from metrics.tree.tree import Metric

_MONTHS = 12


def year_chart(
    frame: pd.DataFrame,
    metric: Metric,
    *,
    fiscal: bool = False,
    theme: Theme = "light",
    width: Width = "container",
    height: int = HEIGHT,
    empty: str = NO_VALUES,
) -> alt.LayerChart:
    """Return the chart of a metric's months, one line a year: the newest blue, the others greyer with age.

    `frame` has `year`, `month_number` (1 to 12 from the fiscal year's start), `month_label`, `value` (null where
    missing), `present` and `expected` (days counted and due). A year's name stands at the end of its line: `FY2027` for
    a `fiscal` year. `empty` is said where there is nothing to draw.
    """
    colours = THEMES[theme]
    months = _whole(frame)
    months["year_name"] = [f"FY{year}" if fiscal else str(year) for year in months["year"]]
    valued = months[months["value"].notna()]
    if not len(valued):
        return dressed([nothing(colours, empty)], colours, width, height)
    months["value_text"] = [numbers.full(given(value), metric) or NO_VALUE for value in months["value"]]
    months["incomplete"] = months["value"].notna() & (months["present"] < months["expected"])
    months["days_text"] = days_texts(months)
    axis = axis_of(valued["value"].tolist(), metric, height)
    x = alt.X(
        "month_label:O",
        sort=months["month_label"].tolist()[:_MONTHS],
        title=None,
        scale=alt.Scale(type="point", padding=0.7),
        axis=alt.Axis(labelAngle=0, labelOverlap=True, labelSeparation=6, ticks=False, grid=False),
    )
    y = alt.Y("value:Q", scale=axis.scale, axis=axis.drawn, title=None)
    tips = {"month_label": "Month", "year_name": "Year", "value_text": "Value", "days_text": "Days with a value"}
    ends = valued.drop_duplicates("year", keep="last").sort_values("year", ascending=False).reset_index(drop=True)
    ends["value"] = _label_heights(ends, axis)
    layers: list[Layer] = []
    for age, year in reversed(list(enumerate(ends["year"]))):
        newest = age == 0
        colour = colours.current if newest else colours.years[min(age, len(colours.years)) - 1]
        line = alt.Chart(months[months["year"] == year]).encode(x=x, y=y)
        points = line.transform_filter("isValid(datum.value)")
        size = 34 if newest else 10
        hollow = alt.value(colours.paper)
        label = alt.Chart(ends.iloc[[age]]).encode(x=x, y=y, text="year_name:N")
        layers += [
            line.mark_line(color=colour, strokeWidth=2.2 if newest else 1.4, invalid=BREAK),
            points.mark_point(color=colour, strokeWidth=1.4, opacity=1, size=size).encode(
                fill=alt.condition("datum.incomplete", hollow, alt.value(colour))
            ),
            points.mark_circle(opacity=0, size=260).encode(
                tooltip=[alt.Tooltip(f"{name}:N", title=title) for name, title in tips.items()]
            ),
            label.mark_text(
                align="left",
                baseline="middle",
                dx=9,
                color=colours.current if newest else colours.quiet,
                fontSize=14 if newest else 12,
                fontWeight=600 if newest else 400,
            ),
        ]
    newest = valued.iloc[-1]
    told = f"{metric.name}: months of {', '.join(ends['year_name'][::-1])}."
    told += f" {newest['month_label']} {newest['year_name']}: {numbers.full(given(newest['value']), metric)}."
    return dressed(layers, colours, width, height, description=told)


def _whole(frame: pd.DataFrame) -> pd.DataFrame:
    """Return twelve months of each year, oldest first; months that have no row get no value."""
    known = zip(frame["month_number"], frame["month_label"], strict=True)
    start = next((MONTH_LABELS.index(name) - int(number) for number, name in known), 0)
    names = {number: MONTH_LABELS[(start + number) % _MONTHS] for number in range(1, _MONTHS + 1)}
    keys = zip((int(year) for year in frame["year"]), (int(number) for number in frame["month_number"]), strict=True)
    columns = ["value", "present", "expected"]
    found = dict(zip(keys, zip(*(floats(frame[column]) for column in columns), strict=True), strict=True))
    nothing = (float("nan"),) * len(columns)
    rows = [
        (year, number, names[number], *found.get((year, number), nothing))
        for year in sorted({year for year, _ in found})
        for number in range(1, _MONTHS + 1)
    ]
    return pd.DataFrame(rows, columns=["year", "month_number", "month_label", *columns])


def _label_heights(ends: pd.DataFrame, axis: Axis) -> list[float]:
    """Return where each year's name stands; names at the same month are kept apart."""
    heights = [0.0] * len(ends)
    for month in sorted(set(ends["month_number"])):
        at = [place for place, other in enumerate(ends["month_number"]) if other == month]
        places = label_places([float(ends["value"].iloc[place]) for place in at], axis)
        for place, height in zip(at, places, strict=True):
            heights[place] = height
    return heights
