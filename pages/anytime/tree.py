"""Tree: how does our work become value?"""

from __future__ import annotations

import streamlit as st

from metrics.charts.tree_picture import tree_picture
from pages.parts import components, evidenced, links, marked, opening, review

opened = opening.require()
tree = opened.tree

with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="controls"):
    st.title("How does our work become value?", anchor=False, width="content")
    week_ending = review.choose_week(opened, width=260)

components.tree(
    tree_picture(
        tree, review.all_figures(opened, week_ending), evidenced.states(opened), marked.on_cards(opened, week_ending)
    ),
    {metric_id: links.metric_url(metric_id, week_ending) for metric_id in tree.metrics},
    key="tree",
)
if week_ending is None:
    opening.stop_without_values(opened)
