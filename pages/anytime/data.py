"""Data: can I trust these numbers?"""

from __future__ import annotations

import streamlit as st

from metrics.review.arrivals import arrivals, worst_first
from pages.parts import links, notices, opening, review, source_list

opened = opening.require()
tree, warehouse = opened.tree, opened.warehouse

with st.container(horizontal=True, vertical_alignment="bottom", key="data_controls"):
    st.title("Can I trust these numbers?", anchor=False)
    if opened.review_week is not None:
        week_ending = review.choose_week(opened)
    if st.button("Refresh", key="refresh"):
        error = opening.refresh_with_progress(opened.workspace)
        opening.note_refresh(opened.workspace, error)
        st.rerun()

if not tree.metrics or not warehouse.sources:
    notices.no_values(opened.workspace, warehouse, tree)
    st.stop()

sources = worst_first(warehouse.sources)
st.markdown(source_list.summary(sources, warehouse.built_at))
st.header("Sources", anchor=False)
for source in sources:
    source_list.show(warehouse, source)

if opened.review_week is None:
    notices.no_values(opened.workspace, warehouse, tree)
    st.stop()
st.header("Metrics", anchor=False)
st.caption("As of the week chosen above, worst first. Click a row to open the metric.")
rows = arrivals(tree, warehouse, review.figures(opened, week_ending))
chosen = source_list.metrics_table(rows)
if chosen:
    st.switch_page(links.METRIC, query_params=links.metric_parameters(chosen, week_ending))
