"""The week that a visitor writes about: by default the one under review, else one chosen by a click in a chart."""

from __future__ import annotations

from datetime import date

import altair as alt
import streamlit as st

from metrics.charts import words
from metrics.charts.chart_marks import CHOICE, CHOSEN
from metrics.errors import shorten
from metrics.tree.tree import Metric
from pages.parts.opening import Opened
from pages.parts.text import plain

_ABOUT = "about"
_CLEARED = "choices_cleared"


def chart(drawn: alt.LayerChart, name: str, metric: Metric) -> date | None:
    """Draw a chart of weeks and return the week that was clicked, if any."""
    key = f"{name}_{metric.id}_{st.session_state.get(_CLEARED, 0)}"
    if not _has_choice(drawn):
        st.altair_chart(drawn, theme=None, width="stretch", key=key)
        return None
    event = st.altair_chart(drawn, theme=None, width="stretch", key=key, on_select="rerun", selection_mode=[CHOICE])
    points = event["selection"].get(CHOICE) or []
    return date.fromisoformat(points[-1][CHOSEN]) if points else None


def _has_choice(drawn: alt.LayerChart) -> bool:
    """Whether there is anything to click: a chart without values has nothing."""
    params = [] if drawn.params is alt.Undefined else drawn.params
    return any(param.name == CHOICE for param in params)


def week(opened: Opened, clicked: date | None, week_ending: date) -> date:
    """Return the week to write about: the one clicked, else the URL's, else the one under review.

    Where it is not the one under review, say so, and offer to go back to that.
    """
    about = clicked or _from_url(opened) or week_ending
    if about != week_ending:
        with st.container(horizontal=True, vertical_alignment="center", key="about"):
            st.markdown(f"About the week ending **{words.long_day(about)}**, as chosen in the chart.", width="content")
            st.button(f"Back to {words.short_day(week_ending)}", key="leave_about", type="tertiary", on_click=_leave)
    return about


def _from_url(opened: Opened) -> date | None:
    asked = st.query_params.get(_ABOUT)
    if asked is None:
        return None
    try:
        day = date.fromisoformat(asked)
        known = opened.newest_week is not None and day <= opened.newest_week
        if known and opened.tree.calendar.week_ending(day) == day:
            return day
    except ValueError:
        pass
    st.toast(f"This link names a week that is not here: {plain(shorten(asked))}.", duration="long")
    st.query_params.pop(_ABOUT, None)
    return None


def _leave() -> None:
    """Forget the choice: a chart of another key begins without one."""
    st.query_params.pop(_ABOUT, None)
    st.session_state[_CLEARED] = st.session_state.get(_CLEARED, 0) + 1
