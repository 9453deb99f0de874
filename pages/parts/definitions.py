"""When a metric's definition changed, and how."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from metrics.charts import words
from metrics.charts.metric_chart import Divider
from metrics.ledger.definition_change import DatedDefinitionChange
from metrics.tree.tree import Metric
from pages.parts import opening
from pages.parts.opening import Opened
from pages.parts.text import plain


def changes(opened: Opened, metric: Metric) -> Sequence[DatedDefinitionChange]:
    """Return the changes of a metric and of what its formula rests on, newest first, up to the page's moment."""
    ledger = opening.ledger(opened.workspace)
    ids = dict.fromkeys((metric.id, *(leaf.id for leaf in opened.tree.leaves(metric.id))))
    found = [change for metric_id in ids for change in ledger.definitions.of_metric(metric_id)]
    return sorted(
        (change for change in found if change.at <= opened.moment), key=lambda change: change.at, reverse=True
    )


def dividers(opened: Opened, metric: Metric) -> list[Divider]:
    """Return where a chart of the metric is to be divided."""
    return [Divider(change.at.date(), _sentence(opened, change)) for change in changes(opened, metric)]


def show(opened: Opened, metric: Metric) -> None:
    """List the changes, each with its day; nothing without any."""
    found = changes(opened, metric)
    if not found:
        return
    with st.container(gap="xxsmall"):
        st.caption("Definition changes")
        for change in found:
            st.markdown(plain(f"{words.long_day(change.at.date())}: {_sentence(opened, change)}"))


def _sentence(opened: Opened, change: DatedDefinitionChange) -> str:
    metric = opened.tree.metrics.get(change.metric)
    of_other = f"{metric.name if metric else change.metric}, "
    return f"{of_other}{change.part}: {change.before or 'none'} became {change.after or 'none'}."
