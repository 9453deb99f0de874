"""The tree: how does our work become value?"""

from __future__ import annotations

import streamlit as st

from metrics.charts.tree_picture import tree_picture
from pages.parts import links, notices, opening, review
from pages.parts.tree_picture import show_tree

opened = opening.require()
tree = opened.tree

with st.container(horizontal=True, vertical_alignment="bottom", key="tree_controls"):
    st.title("How does our work become value?", anchor=False)
    week_ending = review.choose_week(opened) if opened.review_week else None

figures = review.all_figures(opened, week_ending)
clicked = show_tree(tree_picture(tree, figures), links.metrics(tuple(tree.metrics), week_ending))
if clicked:
    st.switch_page(links.METRIC, query_params=links.metric_parameters(clicked, week_ending))
if week_ending is None:
    notices.no_values(opened.workspace, opened.warehouse, tree)
