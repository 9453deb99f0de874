"""A metric's large chart: weeks, months or years."""

from __future__ import annotations

from datetime import date, timedelta

import streamlit as st

from metrics.charts import words
from metrics.charts.metric_chart import metric_chart
from metrics.charts.year_chart import year_chart
from metrics.review.history import monthly_history, since_first_value, weekly_history, yearly_history
from metrics.tree.tree import Metric
from pages.parts import chosen, definitions, lock_form, marked, review, signalled
from pages.parts.opening import Opened

VIEWS = {"52": "52 weeks", "104": "104 weeks", "months": "Months", "years": "Years", "limits": "Routine range"}
_MONTHS = 36
_HEIGHT = 460


def first_view(opened: Opened, metric: Metric) -> str:
    """Return which of VIEWS to begin with: a metric that is counted by the month has no weeks."""
    monthly = any(opened.warehouse.series[leaf.id].grain == "monthly" for leaf in opened.tree.leaves(metric.id))
    return "months" if monthly else "52"


def show(opened: Opened, metric: Metric, week_ending: date, view: str) -> date | None:
    """Draw the chart of one of VIEWS; return the week that was clicked in it, if any."""
    clicked = _draw(opened, metric, week_ending, view)
    if view != "years":
        st.caption("Drag to move in time. Ctrl and the wheel, or a pinch, zooms. A double-click shows all again.")
    if view == "limits":
        lock_form.show(opened, metric, week_ending)
    return clicked


def _draw(opened: Opened, metric: Metric, week_ending: date, view: str) -> date | None:
    figures = review.figures(opened, week_ending)[metric.id]
    no_weeks, no_months = words.no_weeks(figures), words.no_months(metric, figures)
    if view == "limits":
        first = week_ending - timedelta(weeks=signalled.WEEKS - 1)
        notes = marked.on_chart(opened, metric, first, week_ending)
        return signalled.show_chart(opened, metric, week_ending, no_weeks, notes)
    theme = "dark" if st.context.theme.type == "dark" else "light"
    tree, warehouse = opened.tree, opened.warehouse
    divided = definitions.dividers(opened, metric)
    if view == "years":
        years = yearly_history(tree, warehouse, metric, week_ending)
        fiscal = tree.calendar.fiscal_year_starts != 1
        chart = year_chart(years, metric, fiscal=fiscal, theme=theme, height=_HEIGHT, empty=no_months)
    elif view == "months":
        months = since_first_value(monthly_history(tree, warehouse, metric, week_ending, _MONTHS))
        notes = marked.on_chart(opened, metric, week_ending - timedelta(days=31 * (_MONTHS + 1)), week_ending)
        chart = metric_chart(
            months, metric, "months", theme=theme, height=_HEIGHT, dividers=divided, notes=notes, empty=no_months
        )
    else:
        weeks = since_first_value(weekly_history(tree, warehouse, metric, week_ending, int(view)))
        first = week_ending - timedelta(weeks=int(view) - 1)
        chart = metric_chart(
            weeks,
            metric,
            "weeks",
            theme=theme,
            height=_HEIGHT,
            dividers=divided,
            notes=marked.on_chart(opened, metric, first, week_ending),
            signals=signalled.of_metric(opened, metric, first, week_ending),
            choose=True,
            empty=no_weeks,
        )
        return chosen.chart(chart, f"metric_chart_{view}", metric)
    st.altair_chart(chart, theme=None, width="stretch", key="metric_chart")
    return None
