"""The claims of a quarter, the strongest surprise first, and what belongs to all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from metrics.charts import words
from metrics.charts.claim_table import claim_id, claim_table
from metrics.charts.claim_words import summary_sentence
from metrics.evidence.agenda import ClaimKey, key_of, strongest_surprise_first
from metrics.evidence.judged import Judged
from metrics.evidence.quarter import QuarterEvidence
from metrics.evidence.weeks import last_day_of_quarter
from metrics.ledger.claim_verdict import ClaimVerdict
from pages.parts import choices, components, evidenced, links
from pages.parts.opening import Opened
from pages.parts.text import plain

SCOPES = {"claims": "Claims", "all": "Every input against the North Star"}


@dataclass(frozen=True)
class Review:
    """A quarter's claims in the order to talk about them, with what was said of them before.

    `past` has the verdicts of earlier quarters, `said` those of rooms, the newest first.
    """

    quarter: str
    scope: str
    found: QuarterEvidence
    claims: Sequence[Judged]
    past: Mapping[str, Mapping[ClaimKey, str]]
    said: Sequence[ClaimVerdict]
    stale: frozenset[ClaimKey]


def shown(scope: str) -> str:
    """Return what a visitor reads of a scope."""
    return SCOPES[scope]


def choose_quarter(opened: Opened) -> str | None:
    """Let the visitor choose a fiscal quarter; None while there is no value at all."""
    if opened.review_week is None:
        return None
    options = evidenced.quarters(opened)
    default = opened.tree.calendar.fiscal_quarter(opened.review_week)

    def told(quarter: str) -> str:
        is_open = last_day_of_quarter(opened.tree.calendar, quarter) >= opened.today
        return f"Fiscal {quarter[:4]}, {quarter[4:]}{', so far' if is_open else ''}"

    return choices.select("Quarter", "quarter", options, default=default, shown=told, width=260)


def review_of(opened: Opened, quarter: str, scope: str) -> Review:
    """Return what there is to review in a quarter."""
    with st.spinner("Putting the claims to the weeks"):
        found = evidenced.of_quarter(opened, quarter, search=scope == "all")
        past = evidenced.past(opened, quarter)
    said = evidenced.said_by_rooms(opened)
    before = list(past.values())[-1] if past else {}
    supported = {claim for claim, verdict in before.items() if verdict == "supported"}
    claims = strongest_surprise_first(found.claims, supported)
    if scope == "all":
        claims.sort(key=lambda judged: judged.measured.question.is_declared)  # what nobody claims is asked for here
    return Review(quarter, scope, found, claims, past, said, evidenced.stale(opened, quarter, said))


def summary(opened: Opened, review: Review) -> None:
    """Answer the page's question in a sentence, or say what is lacking."""
    declared = [judged for judged in review.claims if judged.measured.question.is_declared]
    if declared:
        weeks = review.found.weeks
        up_to = f" {len(weeks):,} weeks up to {words.long_day(weeks[-1])}." if weeks else ""
        st.markdown(plain(f"{summary_sentence(declared)}{up_to}"))
        return
    st.markdown(
        "The tree has no claims to test yet. A claim says which metric drives another, up or down, how many weeks"
        " later, and why. Write the first one under `inputs:` of a metric in northstar.yaml:"
    )
    name = opened.tree.north_star.id if opened.tree.north_star else next(iter(opened.tree.metrics), "insights_read")
    st.code(
        f"{name}:\n  inputs:\n    - metric: activated_teams\n      sign: positive\n      lag_weeks: 3\n"
        "      because: A team needs three weeks to make reading a habit.",
        language="yaml",
    )


def show(opened: Opened, review: Review, chosen: Judged) -> None:
    """Draw the table of claims."""
    now = {key_of(judged): judged.verdict for judged in review.claims}
    strip = {**review.past, review.quarter: now}
    table = claim_table(opened.tree, review.claims, strip, review.said, review.quarter, review.stale, key_of(chosen))
    scope = review.scope if review.scope != "claims" else None
    urls = {
        claim_id(key_of(judged)): links.claim_url(claim_id(key_of(judged)), review.quarter, scope)
        for judged in review.claims
    }
    components.claim_table(table, urls, key="claims")


def refused(review: Review) -> None:
    """Say which pairs are not tested, and why."""
    if review.found.refused:
        st.subheader("Not tested", anchor=False)
        for refusal in review.found.refused:
            st.markdown(plain(refusal.sentence))


def retirement(opened: Opened, review: Review) -> None:
    """Name the inputs that could go."""
    proposed = evidenced.retirement(opened, review.quarter)
    if not proposed:
        return
    st.subheader("Proposed for retirement", anchor=False)
    st.markdown("For two quarters no claim of these inputs was supported, and nobody acted on a signal of theirs.")
    links.show(
        [links.metric_link(opened.tree.metrics[name].name, name, opened.review_week) for name in proposed], inline=True
    )
