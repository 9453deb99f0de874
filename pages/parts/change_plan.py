"""Before a change: could its effect be seen in a metric's noise, and after how many weeks?"""

from __future__ import annotations

import streamlit as st

from metrics.charts.claim_words import change_words
from metrics.charts.evidence_words import plan_sentence
from metrics.evidence.agenda import key_of
from metrics.evidence.judged import Judged
from metrics.evidence.planning import FEWEST_WEEKS, plan
from pages.parts import choices
from pages.parts.claim_list import Review
from pages.parts.opening import Opened
from pages.parts.text import plain

_CHANGES = ("1", "2", "5", "10", "20")


def show(opened: Opened, review: Review, chosen: Judged) -> None:
    """Let the visitor choose a metric and a change, and say whether it could be seen."""
    st.subheader("Before a change: could it be seen?", anchor=False)
    tree, sides = opened.tree, review.found.sides
    with st.container(horizontal=True, vertical_alignment="center", key="plan"):
        name = choices.select(
            "Metric that is to change",
            "plan",
            [metric_id for metric_id in tree.metrics if metric_id in sides],
            default=key_of(chosen)[0],
            shown=lambda metric_id: tree.metrics[metric_id].name,
        )
        change = choices.segments("By", "change", _CHANGES, default="5", shown=change_words)
    found = plan(sides[name or key_of(chosen)[0]], float(change) / 100)
    if found is None:
        st.markdown(
            f"That can't be said: it takes {FEWEST_WEEKS} weeks with a value, and a metric that is usually above 0."
        )
        return
    st.markdown(plain(plan_sentence(tree.metrics[name or key_of(chosen)[0]], found)))
    st.caption("Told from how much the metric varies by itself, four times out of five.")
