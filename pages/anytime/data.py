"""Data: can I trust these numbers?"""

from __future__ import annotations

import streamlit as st

from metrics.review.arrivals import worst_first
from pages.parts import audit_panel, links, opening, review, source_list, trusted
from pages.parts.components import go

opened = opening.require()

with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="controls"):
    st.title("Can I trust these numbers?", anchor=False, width="content")
    week_ending = review.choose_week(opened, width=260)
    if opened.as_of is None and st.button("Refresh", key="refresh"):
        error = opening.refresh_with_progress(opened.workspace)
        opening.note_refresh(opened.workspace, error)
        st.rerun()

fresh = trusted.sources(opened)
sources = worst_first(opened.warehouse.sources, {name for name, one in fresh.items() if one.late_since})
st.markdown(source_list.summary(opened, sources))
st.header("Sources", anchor=False)
for source in sources:
    source_list.show(opened, source, fresh.get(source.id))

if week_ending is None:
    opening.stop_without_values(opened)
st.header("Metrics", anchor=False)
st.caption("As of the week chosen above, worst first. Tick the box of a row to open its metric.")
audit_panel.proposal(opened, week_ending)
chosen = source_list.metrics_table(trusted.metrics(opened, week_ending))
if chosen:
    go(links.metric_url(chosen, week_ending), key="open_metric")
