"""One claim in focus: what the weeks say on it, drawn and in words, and what the room says."""

from __future__ import annotations

import streamlit as st

from metrics.charts.claim_charts import lagged_chart, profile_chart, scatter_chart
from metrics.charts.claim_table import claim_id
from metrics.charts.claim_words import claimed_sentence, numbers_sentence, reverse_sentence, smallest_sentence
from metrics.charts.evidence_words import VERDICTS, claim_sentence, how_computed, lag_words
from metrics.evidence.agenda import key_of
from metrics.evidence.judged import Judged
from metrics.evidence.quarter import remarks
from pages.parts import choices, claim_form
from pages.parts.claim_list import Review
from pages.parts.opening import Opened
from pages.parts.text import plain


def choose(opened: Opened, review: Review) -> Judged:
    """Let the visitor choose the claim that is looked at; by default the strongest surprise."""
    by_id = {claim_id(key_of(judged)): judged for judged in review.claims}
    metrics = opened.tree.metrics

    def told(chosen: str) -> str:
        source, metric = key_of(by_id[chosen])
        return f"{metrics[source].name} → {metrics[metric].name}"

    options = list(by_id)
    with st.container(key="claim_focus"):
        chosen = choices.select("Claim", "claim", options, default=options[0], shown=told)
    return by_id[chosen or options[0]]


def show(opened: Opened, review: Review, judged: Judged) -> None:
    """Show all about one claim."""
    tree, measured = opened.tree, judged.measured
    st.subheader(plain(VERDICTS[judged.verdict]), anchor=False)
    st.markdown(plain(claimed_sentence(tree, judged)))
    st.markdown(plain(claim_sentence(tree, judged)))
    for remark in remarks(tree, review.found, measured.question):
        st.caption(plain(remark))
    if judged.smallest is not None:
        _charts(opened, review, judged)
        st.markdown(plain(reverse_sentence(tree, judged)))
        st.markdown(plain(smallest_sentence(tree, judged)))
        with st.expander("How was this computed?", key="how_claim"):
            st.markdown(plain(numbers_sentence(judged)))
            st.markdown(plain(how_computed(tree, judged)))
    claim_form.show(opened, review, judged)


def _charts(opened: Opened, review: Review, judged: Judged) -> None:
    theme = "dark" if st.context.theme.type == "dark" else "light"
    source, metric = (opened.tree.metrics[name].name for name in key_of(judged))
    lag = lag_words(judged.measured.lag_weeks)
    st.altair_chart(scatter_chart(review.found, judged, theme=theme), theme=None, width="stretch", key="scatter")
    st.caption(
        plain(f"A point a week: what was surprising about {source}, and about {metric}, {lag}. 1 is a usual surprise.")
    )
    st.altair_chart(lagged_chart(review.found, judged, theme=theme), theme=None, width="stretch", key="lagged")
    moved = f", moved {lag}" if judged.measured.lag_weeks else ""
    st.caption(plain(f"The same along time. Blue: {metric}. Grey: {source}{moved}. Gaps: weeks that don't count."))
    st.altair_chart(profile_chart(judged, theme=theme), theme=None, width="stretch", key="profile")
    st.caption(
        "Exploration, not a test: the correlation at other lags. Left of 0 the metric comes first. One bar in twenty"
        " leaves the band by chance."
    )
