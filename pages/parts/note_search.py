"""Finding notes: by text, metric, team, kind, verdict, author and period; and taking them along as a file."""

from __future__ import annotations

import json
from datetime import date, timedelta

import streamlit as st

from metrics.cli.notes import as_csv
from metrics.ledger.note import KINDS, VERDICTS
from metrics.review.agenda import KIND_WORDS, VERDICT_WORDS
from pages.parts import choices, noted, opening
from pages.parts.opening import Opened

_PAGE = 20
_PERIODS = {"13": "Last 13 weeks", "26": "Last 26 weeks", "52": "Last 52 weeks"}


def show(opened: Opened) -> None:
    """Show the filters and what they find, the newest first."""
    tree, ledger = opened.tree, opening.ledger(opened.workspace)
    text = choices.text("Find", "find", "Find in notes, replies and follow-ups")
    with st.container(horizontal=True, vertical_alignment="center", key="controls"):
        metric = choices.select(
            "Metric",
            "metric",
            list(tree.metrics),
            default=None,
            shown=lambda name: tree.metrics[name].name,
            placeholder="All metrics",
        )
        team = choices.select(
            "Team",
            "team",
            list(tree.teams),
            default=None,
            shown=lambda name: tree.teams[name].name,
            placeholder="All teams",
        )
        kind = choices.select(
            "Kind", "kind", list(KINDS), default=None, shown=KIND_WORDS.__getitem__, placeholder="All kinds"
        )
        verdict = choices.select(
            "Verdict",
            "verdict",
            list(VERDICTS),
            default=None,
            shown=lambda one: VERDICT_WORDS[one].capitalize(),
            placeholder="All verdicts",
        )
        period = choices.select(
            "Period", "period", list(_PERIODS), default=None, shown=_PERIODS.__getitem__, placeholder="All weeks"
        )
    author = choices.text("Author", "author", "Written by")
    asked = [metric] if metric else [one.id for one in tree.metrics.values() if one.team == team] if team else None
    as_of = opened.moment if opened.as_of is not None else None
    pages = st.session_state.get("notes_pages", 1)
    found = ledger.notes.find(
        text=text or None,
        metrics=asked,
        kind=kind,  # type: ignore[arg-type]
        verdict=verdict,  # type: ignore[arg-type]
        author=author or None,
        weeks=_weeks(opened, period),
        as_of=as_of,
        limit=pages * _PAGE + 1,
    )
    noted.undo_deletion(opened, "search")
    open_ones = ledger.follow_ups.find(text=text or None, metrics=asked, state="open", as_of=as_of, limit=_PAGE)
    listed, loose = st.columns([2, 1], gap="large")
    with listed:
        st.subheader("Notes", anchor=False)
        if not found:
            st.markdown("No note fits." if text or asked or kind or verdict or author else "Nothing was written yet.")
        follow_ups = ledger.follow_ups.of_notes([note.id for note in found], as_of)
        for note in found[: pages * _PAGE]:
            noted.show(opened, note, [one for one in follow_ups if one.note == note.id], "search")
        if len(found) > pages * _PAGE and st.button("Show more", key="more_notes"):
            st.session_state["notes_pages"] = pages + 1
            st.rerun()
    with loose:
        st.subheader("Open follow-ups", anchor=False)
        if not open_ones:
            st.markdown("None is open.")
        for one in open_ones:
            noted.follow_up(opened, one, "search")
        if opened.as_of is None:  # it has all that was ever written
            _download(opened)


def _weeks(opened: Opened, period: str | None) -> tuple[date, date] | None:
    if period is None:
        return None
    return opened.today - timedelta(weeks=int(period)), date.max


def _download(opened: Opened) -> None:
    rows = opening.ledger(opened.workspace).export
    st.subheader("Take it along", anchor=False)
    st.download_button("All as CSV", lambda: as_csv(rows()), "notes.csv", "text/csv", key="as_csv")
    st.download_button(
        "All as JSON",
        lambda: json.dumps(rows(), ensure_ascii=False, indent=2),
        "notes.json",
        "application/json",
        key="as_json",
    )
