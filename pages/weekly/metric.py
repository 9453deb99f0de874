"""Metric: how is this metric doing, and what do we know about it?"""

from __future__ import annotations

import streamlit as st

from pages.parts import audit_panel, choices, facts, hand_grid, history, note_panel, opening, restated, review
from pages.parts.components import block_wall
from pages.parts.text import plain

opened = opening.require()
tree = opened.tree

ids = list(tree.metrics)
with st.container(horizontal=True, vertical_alignment="center", key="controls"):
    metric_id = choices.select(
        "Metric",
        "metric",
        ids,
        default=tree.north_star.id if tree.north_star else ids[0],
        shown=lambda metric_id: tree.metrics[metric_id].name,
    )
    week_ending = review.choose_week(opened, width=230)
    first_view = history.first_view(opened, tree.metrics[metric_id])
    view = choices.segments("Chart", "chart", list(history.VIEWS), default=first_view, shown=history.VIEWS.__getitem__)

metric = tree.metrics[metric_id]
with st.container(horizontal=True, vertical_alignment="center", key="name"):
    st.title(plain(metric.name), anchor=False, width="content")
    audit_panel.show_badge(opened, metric)
if week_ending is None:
    hand_grid.show(opened, metric)
    opening.stop_without_values(opened)

main, side = st.columns([3, 1], gap="large")
with main:
    block_wall([("", [review.blocks(opened, week_ending)[metric_id]])], view="table", key="figures", links={})
    clicked = history.show(opened, metric, week_ending, view)
    note_panel.of_metric(opened, metric, week_ending, clicked)
    hand_grid.show(opened, metric)
    restated.of_metric(opened, metric)
    audit_panel.show(opened, metric, week_ending)
with side:
    facts.show(opened, metric, week_ending)
