"""Quarter: do our inputs move the North Star?"""

from __future__ import annotations

import streamlit as st

from pages.parts import change_plan, choices, claim_focus, claim_list, opening

opened = opening.require()

with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="controls"):
    st.title("Do our inputs move the North Star?", anchor=False, width="content")
    quarter = claim_list.choose_quarter(opened)
    scope = choices.segments("Claims", "scope", list(claim_list.SCOPES), default="claims", shown=claim_list.shown)

if quarter is None:
    opening.stop_without_values(opened)
review = claim_list.review_of(opened, quarter, scope)
claim_list.summary(opened, review)
if review.claims:
    table, focus = st.columns([9, 5], gap="large")
    with focus:
        chosen = claim_focus.choose(opened, review)
        claim_focus.show(opened, review, chosen)
    with table:
        claim_list.show(opened, review, chosen)
        claim_list.refused(review)
        claim_list.retirement(opened, review)
        change_plan.show(opened, review, chosen)
else:
    claim_list.refused(review)
