"""The week under review and its figures, kept for all visitors until new values are published."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from threading import Timer

import streamlit as st

from metrics.charts import words
from metrics.charts.block import Block, block
from metrics.review.figures import Figures
from metrics.review.metric_figures import MetricFigures
from metrics.review.review_week import weeks_with_values
from pages.parts import choices, visitor
from pages.parts.opening import Opened

_WEEK = timedelta(days=7)
_PAUSE = timedelta(seconds=0.5)  # what was just computed goes to the browser first


def choose_week(opened: Opened, width: choices.Width = "stretch") -> date | None:
    """Let the visitor choose a week, by default the week under review; None while there is no value at all.

    The week is in the URL as `week`. It goes along to other pages of the same visit.
    """
    if opened.review_week is None:
        return None
    weeks = [week.isoformat() for week in weeks_with_values(opened.tree, opened.warehouse, opened.today, running=True)]
    default = opened.review_week.isoformat()
    if (
        visitor.has_just_come()
        and "week" not in st.query_params
        and st.session_state.get("visit_week", default) != default
    ):
        st.query_params["week"] = st.session_state["visit_week"]
    chosen = choices.select(
        "Week",
        "week",
        weeks,
        default=default,
        shown=lambda week: f"Week ending {words.long_day(date.fromisoformat(week))}",
        width=width,
    )
    st.session_state["visit_week"] = chosen
    return date.fromisoformat(chosen or default)


def figures(opened: Opened, week_ending: date) -> Figures:
    """Return all metrics' figures for the review of a week."""
    return _figures(opened.warehouse.path, week_ending, _is_running(opened, week_ending), opened)


def all_figures(opened: Opened, week_ending: date | None) -> Mapping[str, MetricFigures]:
    """Return the figures of every metric by id; none before there is any value."""
    if week_ending is None:
        return {}
    of_week = figures(opened, week_ending)
    return {metric_id: of_week[metric_id] for metric_id in opened.tree.metrics}


def blocks(opened: Opened, week_ending: date) -> Mapping[str, Block]:
    """Return the block of every metric, by id."""
    return _blocks(opened.warehouse.path, week_ending, _is_running(opened, week_ending), opened)


def _is_running(opened: Opened, week_ending: date) -> bool:
    return week_ending >= opened.today


def prepare_neighbours(opened: Opened, week_ending: date) -> None:
    """Compute the weeks before and after one in the background: most who go to another week go to one of these."""
    if opened.as_of is not None or opened.newest_week is None:
        return
    ahead = week_ending + _WEEK
    weeks = [week_ending - _WEEK, *([ahead] if ahead <= max(opened.newest_week, opened.review_week or ahead) else [])]
    prepared = _prepared()
    for week in weeks:
        if (opened.warehouse.path, week) not in prepared:
            prepared.add((opened.warehouse.path, week))
            Timer(_PAUSE.total_seconds(), _prepare, (opened, week)).start()


def _prepare(opened: Opened, week_ending: date) -> None:
    # Whoever asks for the week is told what is wrong with it.
    with suppress(Exception):
        for block in blocks(opened, week_ending).values():
            _ = block.json


@st.cache_resource(show_spinner=False)
def _prepared() -> set[tuple[Path, date]]:
    return set()


@st.cache_resource(show_spinner=False, max_entries=32)
def _figures(path: Path, week_ending: date, is_running: bool, _opened: Opened) -> Figures:
    return Figures(_opened.tree, _opened.warehouse, week_ending, is_running)


@st.cache_resource(show_spinner=False, max_entries=32)
def _blocks(path: Path, week_ending: date, is_running: bool, _opened: Opened) -> dict[str, Block]:
    tree = _opened.tree
    of_week = figures(_opened, week_ending)
    teams = {metric.id: tree.teams[metric.team].name if metric.team else "" for metric in tree.metrics.values()}
    return {
        metric.id: block(metric, teams[metric.id], of_week[metric.id], tree.calendar)
        for metric in tree.metrics.values()
    }
