"""This week: what happened, and what needs a word?"""

from __future__ import annotations

import streamlit as st

from metrics.review.deck import ROLES, DeckFilter, only
from pages.parts import choices, headline, links, marked, note_panel, notices, opening, restated, review, signalled
from pages.parts.components import block_wall

opened = opening.require()
tree = opened.tree
_TEAMS = {team.id: team.name for team in tree.teams.values()}
_SHOWN = {"all": "All", "signals": "Signals", "open": "Open"}

st.title("What happened, and what needs a word?", anchor=False)
if opened.review_week is None:
    opening.stop_without_values(opened)
choices.take_up("find", "team", "role", "show", "view")
place = st.container()  # the headline is about the week that is chosen below it
with st.container(horizontal=True, vertical_alignment="center", key="controls"):
    week_ending = review.choose_week(opened, width=230)
    # What is in a closed box costs the browser nothing.
    with st.popover(", ".join(choices.told("find", team=_TEAMS, role=ROLES)) or "Filter", key="filter"):
        text = choices.text("Find", "find", "Find by name, owner, definition")
        team = choices.select(
            "Team", "team", list(_TEAMS), default=None, shown=_TEAMS.__getitem__, placeholder="All teams"
        )
        role = choices.select(
            "Role", "role", list(ROLES), default=None, shown=ROLES.__getitem__, placeholder="All roles"
        )
    which = choices.segments("Show", "show", list(_SHOWN), default="all", shown=_SHOWN.__getitem__)
    view = choices.segments("View", "view", ["blocks", "table"], default="blocks", shown=str.capitalize)

sections = DeckFilter(team, role, text).sections(tree)
no_ledger = opening.ledger_error(opened.workspace)
if which != "all" and no_ledger is None:
    wanted = (
        signalled.of_week(opened, week_ending) if which == "signals" else note_panel.open_metrics(opened, week_ending)
    )
    sections = only(sections, wanted)
with place:
    shown = [metric_id for section in sections for metric_id in section.metrics]
    blocks = review.blocks(opened, week_ending)
    # What nobody has seen yet takes a moment to judge: the blocks are there before their marks.
    judged = no_ledger is None and signalled.is_judged(opened)
    headline.show(opened, review.figures(opened, week_ending), [blocks[metric_id] for metric_id in shown], judged)
    if week_ending == opened.review_week and no_ledger is None:
        restated.since_last_review(opened)

if no_ledger is not None:
    notices.without_ledger(no_ledger)
if not sections:
    st.markdown("No metric of the deck matches these filters.")
    if no_ledger is None:
        note_panel.beside_week(opened, week_ending)
    st.stop()
block_wall(
    [(section.name, [blocks[metric_id] for metric_id in section.metrics]) for section in sections],
    view=view,
    key="wall",
    links=links.metric_urls(shown, week_ending),
    marks=marked.on_blocks(opened, week_ending, {metric_id: blocks[metric_id] for metric_id in shown})
    if judged
    else {},
    weeks=marked.shown_weeks(week_ending),
)
if no_ledger is not None:
    st.stop()
note_panel.beside_week(opened, week_ending)
signalled.keep(opened, week_ending)
review.prepare_neighbours(opened, week_ending)
if not judged:
    st.rerun()
