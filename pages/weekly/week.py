"""This week: what happened, and what needs a word?"""

from __future__ import annotations

import streamlit as st

from metrics.review.deck import ROLES, DeckFilter
from pages.components import block_wall
from pages.parts import headline, links, notices, opening, review

opened = opening.require()
tree = opened.tree

st.title("What happened, and what needs a word?", anchor=False)
if opened.review_week is None:
    notices.no_values(opened.workspace, opened.warehouse, tree)
    st.stop()

with st.container(horizontal=True, vertical_alignment="bottom", key="week_controls"):
    week_ending = review.choose_week(opened)
    team = st.selectbox(
        "Team",
        list(tree.teams),
        index=None,
        format_func=lambda team_id: tree.teams[team_id].name,
        placeholder="All teams",
        key="team",
        bind="query-params",
    )
    role = st.selectbox(
        "Role",
        list(ROLES),
        index=None,
        format_func=lambda role: ROLES[role],
        placeholder="All roles",
        key="role",
        bind="query-params",
    )
    text = st.text_input("Find", placeholder="Name, owner, definition", key="find", bind="query-params")
    view = st.segmented_control(
        "View", ["blocks", "table"], default="blocks", format_func=str.capitalize, key="view", bind="query-params"
    )

figures = review.figures(opened, week_ending)
headline.north_star(tree, figures)
headline.late_and_incomplete(tree, figures)

sections = DeckFilter(team, role, text or "").sections(tree)
if not sections:
    st.markdown("No metric of the deck matches these filters.")
    st.stop()
blocks = review.blocks(opened, week_ending)
clicked = block_wall(
    [(section.name, [blocks[metric_id] for metric_id in section.metrics]) for section in sections],
    view="table" if view == "table" else "blocks",
    key="wall",
    links=links.metrics(tree.deck_metrics, week_ending),
)
if clicked:
    st.switch_page(links.METRIC, query_params=links.metric_parameters(clicked, week_ending))
