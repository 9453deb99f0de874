"""The colours and fonts of Altair charts, light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import altair as alt
import pandas as pd

Theme = Literal["light", "dark"]
Width = int | Literal["container"]
Layer = alt.Chart | alt.LayerChart

FONT = "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif"
NO_VALUES = "No values yet"


@dataclass(frozen=True)
class Colours:
    """The Okabe-Ito blue for what is current, vermilion for a signal, greys for the past; `paper` is behind the chart.

    `years` are for past years, the most recent first; the last one serves all that are older.
    """

    current: str
    signal: str
    prior: str
    ink: str
    quiet: str
    rule: str
    paper: str
    years: tuple[str, ...]


THEMES: dict[Theme, Colours] = {
    "light": Colours(
        current="#0072B2",
        signal="#D55E00",
        prior="#9A9A9A",
        ink="#1A1A1A",
        quiet="#595959",
        rule="#DADAD5",
        paper="#FFFFFF",
        years=("#767676", "#A0A0A0", "#BEBEBE", "#D4D4D4"),
    ),
    "dark": Colours(
        current="#56B4E9",
        signal="#E8833A",
        prior="#7D7D7A",
        ink="#EDEDEA",
        quiet="#B4B4B0",
        rule="#3A3A38",
        paper="#121212",
        years=("#9A9A97", "#767674", "#5C5C5A", "#464644"),
    ),
}


def dressed(
    layers: Sequence[Layer],
    colours: Colours,
    width: Width,
    height: int,
    frame: pd.DataFrame | None = None,
    description: str | None = None,
) -> alt.LayerChart:
    """Return layers as one chart in the house's dress: transparent, without frame and grid, the page's font.

    Layers that have no data of their own draw those of `frame`. `description` is what a screen reader tells.
    """
    axis = alt.AxisConfig(domainColor=colours.rule, tickColor=colours.rule, grid=False, **_labels(colours))
    upright = alt.AxisConfig(domain=False, ticks=False, labelPadding=8)
    return _chart(layers, axis, upright, width, height, frame, description)


def titled(layers: Sequence[Layer], colours: Colours, width: Width, height: int) -> alt.LayerChart:
    """Return layers as one chart in the same dress, with quiet titles at the axes and no axis lines."""
    titles: dict[str, Any] = {"titleColor": colours.quiet, "titleFontSize": 12, "titleFontWeight": "normal"}
    axis = alt.AxisConfig(domain=False, ticks=False, grid=False, **titles, **_labels(colours))
    return _chart(layers, axis, alt.AxisConfig(labelPadding=8), width, height, None)


def _labels(colours: Colours) -> dict[str, Any]:
    return {"labelColor": colours.quiet, "labelFontSize": 12}


def _chart(
    layers: Sequence[Layer],
    axis: alt.AxisConfig,
    upright: alt.AxisConfig,
    width: Width,
    height: int,
    frame: pd.DataFrame | None,
    description: str | None = None,
) -> alt.LayerChart:
    """Return a chart, made in one go: each method that adds to a chart copies all of it."""
    return alt.LayerChart(
        data=alt.Undefined if frame is None else frame,
        description=description or alt.Undefined,
        layer=list(layers),
        width=width,
        height=height,
        background="transparent",
        config=alt.Config(
            font=FONT,
            view=alt.ViewConfig(stroke=None),
            axis=axis,
            axisY=upright,
            mark=alt.MarkConfig(tooltip=None),  # else bands and rules tell their bare numbers
        ),
    )


def nothing(colours: Colours, said: str = NO_VALUES) -> alt.Chart:
    """Return a layer that says that there is nothing to draw."""
    text = alt.Chart(alt.InlineData(values=[{"text": said}])).mark_text(color=colours.quiet, fontSize=14)
    layer: alt.Chart = text.encode(text="text:N")
    return layer
