"""What changed in numbers that people have seen: since last week's review, and in all of a metric's history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import streamlit as st

from metrics.charts import numbers, words
from metrics.known import changes_between, known_with, restated_values, review_before
from metrics.ledger.refresh_record import RefreshLine
from metrics.review.figures import Figures
from metrics.review.restatements import Redefined, Restatement, by_cause, restatements
from metrics.tree.load import read_tree
from metrics.tree.tree import Metric
from metrics.warehouse.change_log import ValueChange
from metrics.warehouse.warehouse import Warehouse
from pages.parts import links, opening
from pages.parts.notices import when
from pages.parts.opening import Opened
from pages.parts.text import plain

_MOST_SHOWN = 500


def since_last_review(opened: Opened) -> None:
    """Say which values that last week's review showed are others now, with the difference; nothing where none is."""
    found = _since_last_review(opened.warehouse.path, opened)
    if found is None:
        return
    line, all_restated = found
    restated, redefined = by_cause(all_restated)
    with st.expander(_told(restated, redefined), key="restated"):
        metrics = opened.tree.metrics
        rows = [_row(metrics[one.metric], one, words.period(one.was.period), _why(one.changes)) for one in restated]
        rows = [*(_redefined_row(metrics[one.metric], one) for one in redefined), *rows][:_MOST_SHOWN]
        header = ("Metric", "Period", "Shown then", "Now", "Why")
        st.dataframe(
            {name: [row[place] for row in rows] for place, name in enumerate(header)},
            hide_index=True,
            width="stretch",
            height="content",
        )
        more = f" The first {_MOST_SHOWN:,} are listed." if len(restated) + len(redefined) > _MOST_SHOWN else ""
        st.caption(f"Compared with what was known with the refresh of {when(_naive(line.at))}.{more}")
        link_url = links.week_url(line.review_week, as_of=line.at.isoformat())
        links.show([links.Link("Last week's review as it was then", link_url)])


def of_metric(opened: Opened, metric: Metric) -> None:
    """List a metric's values that a later refresh changed: old, new, when and by which source; nothing without any."""
    found = _of_metric(opened.warehouse.path, metric.id, opened)
    if not found:
        return
    title = "1 restated value" if len(found) == 1 else f"{len(found):,} restated values"
    with st.expander(title, key="restated_values"):
        metrics = opened.tree.metrics
        rows = found[:_MOST_SHOWN]
        st.dataframe(
            {
                "Day": [words.long_day(change.day) for _, change in rows],
                "Old": [_shown(metrics, change.key, change.old) for _, change in rows],
                "New": [_shown(metrics, change.key, change.new) for _, change in rows],
                "Changed": [when(_naive(at)) for at, _ in rows],
                "Source": [change.source for _, change in rows],
                "Series": [change.key for _, change in rows],
            },
            hide_index=True,
            width="stretch",
        )


@st.cache_resource(show_spinner=False, max_entries=8)
def _since_last_review(path: Path, _opened: Opened) -> tuple[RefreshLine, Sequence[Restatement]] | None:
    opened = _opened
    if opened.review_week is None or opened.warehouse.refresh is None:
        return None
    ledger = opening.ledger(opened.workspace)
    line = review_before(ledger, opened.review_week, opened.moment)
    if line is None or line.review_week is None:
        return None
    changes = changes_between(ledger, line.number, opened.warehouse.refresh, line.review_week)
    same_tree = opened.warehouse.tree_text == ledger.history.tree_text(line.number)
    if not changes and same_tree:
        return None
    before = Warehouse(known_with(opened.workspace, ledger, line))
    try:
        tree = read_tree(before.tree_text).tree
        was = Figures(tree, before, line.review_week)
        now = Figures(opened.tree, opened.warehouse, line.review_week)
        found = restatements(was, now, changes)
    finally:
        before.close()
    return (line, found) if found else None


@st.cache_resource(show_spinner=False, max_entries=64)
def _of_metric(path: Path, metric_id: str, _opened: Opened) -> Sequence[tuple[datetime, ValueChange]]:
    keys = {leaf.id for leaf in _opened.tree.leaves(metric_id)}
    if _opened.warehouse.refresh is None:
        return []
    return restated_values(opening.ledger(_opened.workspace), keys, _opened.warehouse.refresh)


def _told(restated: Sequence[Restatement], redefined: Sequence[Redefined]) -> str:
    ways = f"{'1 metric is' if len(redefined) == 1 else f'{len(redefined):,} metrics are'} computed in another way than"
    if not restated:
        return f"**{ways} in last week's review**"
    values = "1 value" if len(restated) == 1 else f"{len(restated):,} values"
    verb = "has" if len(restated) == 1 else "have"
    completed = sum(one.completed for one in restated)
    was = f" ({completed:,} of them were incomplete then)" if completed else ""
    told = f"**{values} that last week's review showed {verb} changed**{was}"
    return f"{told}, and {ways} then" if redefined else told


def _row(metric: Metric, one: Restatement, period: str, why: str) -> tuple[str, str, str, str, str]:
    return metric.name, period, words.valued(metric, one.was), words.valued(metric, one.now), why


def _redefined_row(metric: Metric, one: Redefined) -> tuple[str, str, str, str, str]:
    others = len(one.values) - 1
    period = words.period(one.newest.was.period) + (f", and {others:,} more" if others else "")
    why = "it is computed in another way than then" + (f"; and {_why(one.changes)}" if one.changes else "")
    return _row(metric, one.newest, period, why)


def _why(changes: Sequence[ValueChange]) -> str:
    if not changes:
        return "other values count towards it"
    sources = ", ".join(sorted({change.source for change in changes}))
    days = len({change.day for change in changes})
    return f"{sources}: {days} {'day has' if days == 1 else 'days have'} other values"


def _shown(metrics: Mapping[str, Metric], key: str, value: float | None) -> str:
    metric = metrics.get(key)
    if value is None:
        return "no value"
    return numbers.full(value, metric) if metric else plain(f"{value:g}")


def _naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)
