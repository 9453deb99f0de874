"""What is known of sources and metrics besides their values, kept for all visitors until it may have changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import streamlit as st

from metrics.known import arrivals
from metrics.ledger.audit import RecordedAudit
from metrics.review.audit import Badge, badge
from metrics.review.doubts import Doubt, doubts
from metrics.review.freshness import Freshness, freshness
from metrics.review.trust import Trust, trust
from pages.parts import opening, review
from pages.parts.opening import Opened


def metrics(opened: Opened, week_ending: date) -> list[Trust]:
    """Return all metrics, worst first."""
    return _trust(opened, week_ending)


def metric(opened: Opened, metric_id: str, week_ending: date) -> Trust:
    """Return one metric."""
    (found,) = _trust(opened, week_ending, metric_id)
    return found


def _trust(opened: Opened, week_ending: date, only: str | None = None) -> list[Trust]:
    parts = frozenset({only, *(leaf.id for leaf in opened.tree.leaves(only))}) if only else None
    return trust(
        opened.tree,
        opened.warehouse,
        review.figures(opened, week_ending),
        sources(opened),
        _doubts(opened.warehouse.path, opened.today, parts, opened),
        audits(opened),
        opened.moment,
        {only} if only else None,
    )


def sources(opened: Opened) -> Mapping[str, Freshness]:
    """Return the freshness of each source that has values."""
    quarter = opened.moment.replace(minute=opened.moment.minute // 15 * 15, second=0, microsecond=0)
    return _sources(opened.warehouse.path, quarter, opened)


def audits(opened: Opened) -> Mapping[str, RecordedAudit]:
    """Return the newest audit of each metric, up to the page's moment."""
    ledger = opening.ledger(opened.workspace)
    newest = ledger.audits.newest()
    if opened.as_of is None:
        return newest
    found = {}
    for metric_id in newest:
        earlier = [audit for audit in ledger.audits.of_metric(metric_id) if audit.at <= opened.moment]
        if earlier:
            found[metric_id] = max(earlier, key=lambda audit: audit.id)
    return found


def audits_before(opened: Opened, week_ending: date) -> Mapping[str, RecordedAudit]:
    """Return the newest audit of each metric that is of an earlier week."""
    found = dict(audits(opened))
    ledger = opening.ledger(opened.workspace)
    for metric_id in [metric_id for metric_id, audit in found.items() if audit.week_ending >= week_ending]:
        del found[metric_id]
        earlier = [
            audit
            for audit in ledger.audits.of_metric(metric_id)
            if audit.at <= opened.moment and audit.week_ending < week_ending
        ]
        if earlier:
            found[metric_id] = max(earlier, key=lambda audit: audit.id)
    return found


def badge_of(opened: Opened, metric_id: str) -> Badge | None:
    """Return what a metric carries of its last audit."""
    return badge(opened.tree, metric_id, audits(opened), opened.moment)


@st.cache_resource(show_spinner=False, max_entries=64)
def _doubts(path: Path, today: date, ids: frozenset[str] | None, _opened: Opened) -> Mapping[str, Sequence[Doubt]]:
    return doubts(_opened.tree, path, today, ids)


@st.cache_resource(show_spinner=False, max_entries=8, ttl=timedelta(hours=1))
def _sources(path: Path, moment: datetime, _opened: Opened) -> Mapping[str, Freshness]:
    ledger = opening.ledger(_opened.workspace)
    arrived = arrivals(ledger, _opened.tree.calendar, _opened.moment)
    return freshness(_opened.tree, _opened.warehouse, arrived, _opened.moment)
