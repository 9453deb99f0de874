"""Locked limits of a metric: who locked them, when and why; and the forms to lock and to release them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import streamlit as st

from metrics.charts import numbers, words
from metrics.ledger.author import Author
from metrics.ledger.judged_limits import JudgedLimits, RecordedLimits
from metrics.signals.kept import as_judged
from metrics.tree.tree import Metric
from pages.parts import opening, signalled, visitor
from pages.parts.noted import said
from pages.parts.notices import when
from pages.parts.opening import Opened
from pages.parts.text import plain


def show(opened: Opened, metric: Metric, week_ending: date) -> None:
    """Say which limits are locked, and let them be locked from a week on, or released."""
    ledger = opening.ledger(opened.workspace)
    lock = ledger.limits.locked(metric.id, opened.moment if opened.as_of is not None else None)
    if lock is not None:
        st.markdown(plain(_told(metric, lock)))
    review = signalled.review(opened)
    if review is None or opened.as_of is not None or not visitor.may_edit(opened.tree):
        return
    limits = as_judged(review.judged_week(metric.id, week_ending), metric)
    from_week = f"From the week ending {words.long_day(week_ending)} on"
    with st.container(horizontal=True, key="lock"):
        if lock is not None:
            with st.popover("Release", key=f"release_{metric.id}"):
                st.markdown(f"{from_week}, the limits are computed again.")
                _form(f"release_{metric.id}", "Release them", lambda by, why: ledger.limits.release(limits, by, why))
        if limits.centre is not None and (lock is None or not _same(lock, limits)):
            with st.popover("Lock these limits", key=f"lock_{metric.id}"):
                st.markdown(plain(f"{from_week}: {_range(metric, limits)}, whatever the values say."))
                _form(f"lock_{metric.id}", "Lock them", lambda by, why: ledger.limits.lock(limits, by, why))


def _form(key: str, label: str, decide: Callable[[Author, str], object]) -> None:
    """Ask for a reason, and decide."""
    with st.form(f"{key}_form", border=False):
        reason = st.text_area("Why", key=f"why_{key}", max_chars=2_000)
        decided = st.form_submit_button(label, key=f"do_{key}")
    if not decided:
        return
    author = visitor.author()
    if author is None:
        st.error("Write your name first, below the chart, so that others know who decided it.")
    elif said(lambda: decide(author, reason)):
        st.rerun()


def _told(metric: Metric, lock: RecordedLimits) -> str:
    by = lock.locked_by or Author("somebody", False)
    name = by.name + ("" if by.verified else " (not verified)")
    return (
        f"Limits locked from the week ending {words.long_day(lock.week_ending)} on: {_range(metric, lock)}. "
        f"By {name}, {when(lock.at.replace(tzinfo=None))}: {lock.reason}"
    )


def _range(metric: Metric, limits: JudgedLimits) -> str:
    lower, centre, upper = (numbers.short(value, metric) for value in (limits.lower, limits.centre, limits.upper))
    return f"{lower} to {upper} with {centre} in the middle"


def _same(lock: RecordedLimits, limits: JudgedLimits) -> bool:
    return (lock.lower, lock.centre, lock.upper) == (limits.lower, limits.centre, limits.upper)
