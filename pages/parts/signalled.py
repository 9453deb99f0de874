"""The signals of a workspace: every week judged with what was known in it, kept for all visitors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Lock

import streamlit as st

from metrics.charts import numbers
from metrics.charts.note_mark import NoteMark
from metrics.charts.process_chart import process_chart
from metrics.errors import NorthstarError
from metrics.signals.kept import judge_as_kept, to_keep
from metrics.signals.review import SignalReview
from metrics.signals.signal import Signal
from metrics.signals.watch import Watch, watches
from metrics.tree.tree import Metric
from pages.parts import chosen, opening
from pages.parts.opening import Opened
from pages.parts.text import plain

WEEKS = 104

_HEIGHT = 460
_judging = Lock()
_keeping = Lock()


def review(opened: Opened) -> SignalReview | None:
    """Return all weeks judged up to the newest that has ended; None before there is any value.

    With the locks that hold at the page's moment, and weeks of past reviews as they were judged.
    """
    if opened.newest_week is None and opened.review_week is None:
        return None
    key = _key(opened)
    with _judging:
        found = _review(*key, opened)
    _judged().add(key)
    return found


def is_judged(opened: Opened) -> bool:
    """Whether somebody has seen these values before, so that nobody has to wait until they are judged."""
    return _key(opened) in _judged()


def keep(opened: Opened, week_ending: date) -> None:
    """Keep how the week under review was judged, when its review is first shown; earlier weeks have had theirs."""
    if opened.as_of is not None or week_ending != opened.review_week:
        return
    try:
        with _keeping:
            _keep(opened.warehouse.path, week_ending, opened)
    except NorthstarError as error:
        st.warning(plain(f"The limits of this week could not be kept. {error}"))


def of_week(opened: Opened, week_ending: date) -> Mapping[str, Signal]:
    """Return the signals of a week, by metric."""
    found = review(opened)
    return {signal.metric: signal for signal in found.signals(week_ending, week_ending)} if found else {}


def routine_or_signal(opened: Opened, metric: Metric, week_ending: date) -> str:
    """Return in a sentence how a metric's week was judged; nothing where there was too little to judge it by."""
    found = review(opened)
    signal = found.signal(metric.id, week_ending) if found else None
    if signal is not None:
        return f"Signal: {signal.sentence}"
    return "Routine." if found and found.is_judged(metric.id, week_ending) else ""


def any_judged(opened: Opened, week_ending: date) -> bool:
    """Whether any metric had a value in a week, and limits to hold it against."""
    found = review(opened)
    return found is not None and any(found.is_judged(metric_id, week_ending) for metric_id in found.metric_ids)


def of_metric(opened: Opened, metric: Metric, first: date, last: date) -> list[Signal]:
    """Return the signals of a metric in the weeks that end from one day to another."""
    found = review(opened)
    return [signal for signal in found.signals(first, last) if signal.metric == metric.id] if found else []


def watched(opened: Opened, week_ending: date) -> Sequence[Watch]:
    """Return what should arrive in a week or later, after a signal on an input."""
    found = review(opened)
    return watches(found, week_ending) if found else []


def show_chart(
    opened: Opened, metric: Metric, week_ending: date, empty: str, notes: Sequence[NoteMark] = ()
) -> date | None:
    """Draw the process behaviour chart of a metric, two years up to a week; return the week that was clicked.

    `empty` is said where there is nothing to draw.
    """
    found = review(opened)
    if found is None:
        return None
    weeks = found.chart(metric.id)
    first = week_ending - timedelta(weeks=WEEKS - 1)
    days = weeks["week_ending"].dt.date
    weeks = weeks[(days >= first) & (days <= week_ending)].reset_index(drop=True)
    sentences = {signal.week_ending: signal.sentence for signal in of_metric(opened, metric, first, week_ending)}
    theme = "dark" if st.context.theme.type == "dark" else "light"
    chart = process_chart(weeks, metric, sentences, theme=theme, height=_HEIGHT, notes=notes, choose=True, empty=empty)
    clicked = chosen.chart(chart, "process_chart", metric)
    st.caption(
        "Shaded: the range of routine variation, as known in each week. Triangles are signals, filled where strong;"
        " all other weeks are routine. A dashed rule: limits were recalculated from there."
    )
    if week_ending in sentences:
        st.markdown(f"**Signal.** {plain(sentences[week_ending])}")
    return clicked


def _key(opened: Opened) -> tuple[Path, int, datetime | None]:
    """Return what a review rests on besides the workspace: the values, what people decided, the moment."""
    decided = opening.ledger(opened.workspace).limits.newest_decision()
    return opened.warehouse.path, decided, opened.moment if opened.as_of is not None else None


@st.cache_resource(show_spinner=False)
def _judged() -> set[tuple[Path, int, datetime | None]]:
    return set()


@st.cache_resource(show_spinner=False, max_entries=4)
def _review(path: Path, decided: int, as_of: datetime | None, _opened: Opened) -> SignalReview:
    newest = max(week for week in (_opened.newest_week, _opened.review_week) if week)
    limits = opening.ledger(_opened.workspace).limits
    state = _opened.workspace.state
    return judge_as_kept(_opened.tree, _opened.warehouse, newest, numbers.short, limits, as_of, state)


@st.cache_resource(show_spinner=False, max_entries=4)
def _keep(path: Path, week_ending: date, _opened: Opened) -> int:
    found = review(_opened)
    judged = to_keep(found, week_ending) if found else []
    return len(opening.ledger(_opened.workspace).limits.record_many(judged)) if judged else 0
