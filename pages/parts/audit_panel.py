"""The audit of a metric: its badge, and the form in which what came out by hand is recorded."""

from __future__ import annotations

import re
from datetime import date

import streamlit as st

from metrics.charts import numbers, words
from metrics.errors import NorthstarError
from metrics.ledger.audit import Audit
from metrics.review.audit import Badge, proposed, result_of
from metrics.sources.numbers import read_number
from metrics.tree.definition import definition_digest
from metrics.tree.tree import Metric
from pages.parts import links, opening, review, trusted, visitor
from pages.parts.opening import Opened
from pages.parts.text import plain


def proposal(opened: Opened, week_ending: date) -> None:
    """Name the metric that is to be derived again this week, or say what came of it."""
    audits = trusted.audits(opened)
    metric_id = proposed(opened.tree, trusted.audits_before(opened, week_ending))
    if metric_id is None:
        return
    name = opened.tree.metrics[metric_id].name
    audit = audits.get(metric_id)
    if audit is not None and audit.week_ending == week_ending:
        outcome = "it matched" if audit.result == "match" else "it did not match"
        said = f"was derived again by {audit.author.name} for this week: {outcome}."
    else:
        said = "is this week's turn to be derived again by hand."
    links.show([links.metric_link(name, metric_id, week_ending, said)], inline=True)


def label(found: Badge) -> str:
    """Return a badge in words, such as `checked 12 Oct`."""
    day = words.short_day(found.audit.at.date())
    if found.audit.result == "mismatch":
        return f"mismatch on {day}"
    return f"checked {day}" + (
        "" if found.age == "fresh" else ", a while ago" if found.age == "fading" else ", long ago"
    )


def show_badge(opened: Opened, metric: Metric) -> None:
    """Show a metric's badge; it fades with age, and there is none once the definition changed."""
    found = trusted.badge_of(opened, metric.id)
    if found is None:
        return
    if found.audit.result == "mismatch":
        st.badge(label(found), color="orange", icon=":material/error:")
    else:
        colour = "green" if found.age == "fresh" else "gray"
        st.badge(label(found), color=colour, icon=":material/check:" if found.age != "old" else None)


def show(opened: Opened, metric: Metric, week_ending: date) -> None:
    """List the metric's audits, and let a new one be recorded."""
    ledger = opening.ledger(opened.workspace)
    past = [audit for audit in ledger.audits.of_metric(metric.id) if audit.at <= opened.moment]
    with st.expander("Check by hand" + (f" ({len(past)} so far)" if past else ""), key="audit_panel"):
        shown = review.figures(opened, week_ending)[metric.id].last_week
        st.markdown(
            plain(
                f"Derive {metric.name} for the week ending {words.long_day(week_ending)} again from its source, without"
                f" Northstar. It shows {numbers.full(shown.value, metric) or 'no value'}."
            )
        )
        if "audit_saved" in st.session_state:
            st.success(st.session_state.pop("audit_saved"))
        if opened.as_of is None and visitor.may_edit(opened.tree):
            _form(opened, metric, week_ending, shown.value)
        if past:
            st.dataframe(
                {
                    "When": [words.long_day(audit.at.date()) for audit in past],
                    "Week ending": [words.long_day(audit.week_ending) for audit in past],
                    "Result": [audit.result for audit in past],
                    "Shown": [numbers.full(audit.expected, metric) or "no value" for audit in past],
                    "By hand": [numbers.full(audit.derived, metric) or "no value" for audit in past],
                    "By": [audit.author.name + ("" if audit.author.verified else " (not verified)") for audit in past],
                    "Note": [audit.note for audit in past],
                },
                hide_index=True,
                width="stretch",
            )


def _form(opened: Opened, metric: Metric, week_ending: date, expected: float | None) -> None:
    with st.form(f"audit_{metric.id}", border=False):
        text = st.text_input("What came out by hand", placeholder="A number such as 1200 or 31%; empty: no value")
        note = st.text_input("How it was derived", max_chars=2_000)
        saved = st.form_submit_button("Record")
    author = visitor.ask_author("audit")
    if not saved:
        return
    if author is None:
        st.error("Nothing was recorded yet: write your name first.")
        return
    try:
        derived = read_number(text)
        result = result_of(expected, derived, _decimals(text))
        digest = definition_digest(metric.id, opened.tree)
        audit = Audit(metric.id, week_ending, result, expected, derived, author, note, digest)
        opening.ledger(opened.workspace).audits.record(audit)
    except NorthstarError as error:
        st.error(plain(str(error)))
        return
    st.session_state["audit_saved"] = "Recorded: it matches." if result == "match" else "Recorded: it does not match."
    st.rerun()


def _decimals(text: str) -> int:
    """Return with how many decimals a number was typed; a percent has two more."""
    fraction = re.search(r"\.(\d+)", text)
    return (len(fraction[1]) if fraction else 0) + (2 if "%" in text else 0)
