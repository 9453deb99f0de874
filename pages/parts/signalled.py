"""The signals of a workspace: every week judged with what was known in it, kept for all visitors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from threading import Lock

import streamlit as st

from metrics.charts import numbers
from metrics.charts.process_chart import process_chart
from metrics.signals.judge import judge
from metrics.signals.review import SignalReview
from metrics.signals.signal import Signal
from metrics.signals.watch import Watch, watches
from metrics.tree.tree import Metric
from pages.parts.opening import Opened

_WEEKS = 104
_HEIGHT = 460
_judging = Lock()


def review(opened: Opened) -> SignalReview | None:
    """Return all weeks judged up to the newest that has ended; None before there is any value."""
    if opened.newest_week is None and opened.review_week is None:
        return None
    with _judging:
        return _review(opened.warehouse.path, opened)


def of_week(opened: Opened, week_ending: date) -> Mapping[str, Signal]:
    """Return the signals of a week, by metric."""
    found = review(opened)
    return {signal.metric: signal for signal in found.signals(week_ending, week_ending)} if found else {}


def watched(opened: Opened, week_ending: date) -> Sequence[Watch]:
    """Return what should arrive in a week or later, after a signal on an input."""
    found = review(opened)
    return watches(found, week_ending) if found else []


def show_chart(opened: Opened, metric: Metric, week_ending: date) -> None:
    """Draw the process behaviour chart of a metric, two years up to a week."""
    found = review(opened)
    if found is None:
        return
    weeks = found.chart(metric.id)
    first = week_ending - timedelta(weeks=_WEEKS - 1)
    days = weeks["week_ending"].dt.date
    weeks = weeks[(days >= first) & (days <= week_ending)].reset_index(drop=True)
    sentences = {
        signal.week_ending: signal.sentence
        for signal in found.signals(first, week_ending)
        if signal.metric == metric.id
    }
    theme = "dark" if st.context.theme.type == "dark" else "light"
    chart = process_chart(weeks, metric, sentences, theme=theme, height=_HEIGHT)
    st.altair_chart(chart, theme=None, width="stretch", key="process_chart")
    st.caption(
        "Shaded: the range of routine variation, as known in each week. Triangles are signals, filled where strong;"
        " all other weeks are routine. A dashed rule: limits were recalculated from there."
    )
    if week_ending in sentences:
        st.markdown(f"**Signal.** {sentences[week_ending]}")


@st.cache_resource(show_spinner=False, max_entries=4)
def _review(path: Path, _opened: Opened) -> SignalReview:
    newest = max(week for week in (_opened.newest_week, _opened.review_week) if week)
    return judge(_opened.tree, _opened.warehouse, newest, numbers.short)
