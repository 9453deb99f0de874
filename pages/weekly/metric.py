"""One metric: how is it doing, and what do we know about it?"""

from __future__ import annotations

import streamlit as st

from pages.components import block_wall
from pages.parts import facts, history, notices, opening, review

opened = opening.require()
tree = opened.tree

if not tree.metrics:
    notices.no_values(opened.workspace, opened.warehouse, tree)
    st.stop()

ids = list(tree.metrics)
start = tree.north_star.id if tree.north_star else ids[0]
with st.container(horizontal=True, vertical_alignment="bottom", key="metric_controls"):
    metric_id = st.selectbox(
        "Metric",
        ids,
        index=ids.index(start),
        format_func=lambda metric_id: tree.metrics[metric_id].name,
        key="metric",
        bind="query-params",
    )
    if opened.review_week is not None:
        week_ending = review.choose_week(opened)
    view = st.segmented_control(
        "Chart",
        list(history.VIEWS),
        default="52",
        format_func=history.VIEWS.__getitem__,
        key="chart",
        bind="query-params",
    )

metric = tree.metrics[metric_id]
st.title(metric.name, anchor=False)
if opened.review_week is None:
    notices.no_values(opened.workspace, opened.warehouse, tree)
    st.stop()

chart, column = st.columns([3, 1], gap="large")
with chart:
    block_wall([("", [review.blocks(opened, week_ending)[metric_id]])], view="table", key="figures", links={})
    history.show(opened, metric, week_ending, view or "52")
with column:
    facts.show(opened, metric, week_ending)
