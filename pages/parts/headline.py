"""What the weekly page says in words before it shows any chart."""

from __future__ import annotations

import streamlit as st

from metrics.charts import words
from metrics.review.figures import Figures
from metrics.tree.tree import Tree
from pages.parts import links
from pages.parts.text import plain

_MOST_NAMED = 6


def show(tree: Tree, figures: Figures) -> None:
    """One line on the North Star and its week; another on the metrics of the deck whose week is not all there."""
    with st.container(gap="xxsmall", key="headline"):
        _north_star(tree, figures)
        _not_all_there(tree, figures)


def _north_star(tree: Tree, figures: Figures) -> None:
    metric = tree.north_star
    if metric is None:
        st.markdown("No North Star is declared yet: give one metric `role: north_star` in `northstar.yaml`.")
        return
    links.metric_link(f"**{plain(words.sentence(metric, figures[metric.id]))}**", metric.id, figures.week_ending)


def _not_all_there(tree: Tree, figures: Figures) -> None:
    found = [
        (metric_id, words.status(tree.metrics[metric_id], figures[metric_id]))
        for metric_id in tree.deck_metrics
        if words.state(figures[metric_id]) in ("late", "incomplete", "withheld")
    ]
    if not found:
        return
    with st.container(horizontal=True, gap="small", key="not_all_there"):
        for metric_id, status in found[:_MOST_NAMED]:
            links.metric_link(f"{plain(tree.metrics[metric_id].name)}: {plain(status)}", metric_id, figures.week_ending)
        if len(found) > _MOST_NAMED:
            st.page_link(links.DATA, label=f"and {len(found) - _MOST_NAMED} more")
