"""A metric's large chart: weeks, months or years."""

from __future__ import annotations

from datetime import date

import streamlit as st

from metrics.charts.metric_chart import metric_chart
from metrics.charts.year_chart import year_chart
from metrics.review.history import monthly_history, since_first_value, weekly_history, yearly_history
from metrics.tree.tree import Metric
from pages.parts import definitions, signalled
from pages.parts.opening import Opened

VIEWS = {"52": "52 weeks", "104": "104 weeks", "months": "Months", "years": "Years", "limits": "Routine range"}
_MONTHS = 36
_HEIGHT = 460


def show(opened: Opened, metric: Metric, week_ending: date, view: str) -> None:
    """Draw the chart of one of VIEWS."""
    if view == "limits":
        signalled.show_chart(opened, metric, week_ending)
        return
    theme = "dark" if st.context.theme.type == "dark" else "light"
    tree, warehouse = opened.tree, opened.warehouse
    divided = definitions.dividers(opened, metric)
    if view == "years":
        years = yearly_history(tree, warehouse, metric, week_ending)
        fiscal = tree.calendar.fiscal_year_starts != 1
        chart = year_chart(years, metric, fiscal=fiscal, theme=theme, height=_HEIGHT)
    elif view == "months":
        months = since_first_value(monthly_history(tree, warehouse, metric, week_ending, _MONTHS))
        chart = metric_chart(months, metric, "months", theme=theme, height=_HEIGHT, dividers=divided)
    else:
        weeks = since_first_value(weekly_history(tree, warehouse, metric, week_ending, int(view)))
        chart = metric_chart(weeks, metric, "weeks", theme=theme, height=_HEIGHT, dividers=divided)
    st.altair_chart(chart, theme=None, width="stretch", key="metric_chart")
