"""The form in which a note is written or edited, with what was learned before beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import streamlit as st

from metrics.charts import words
from metrics.errors import NorthstarError
from metrics.ledger.conflict import EditConflict
from metrics.ledger.note import KINDS, VERDICTS, NewNote, Note
from metrics.review.agenda import KIND_WORDS, VERDICT_WORDS
from metrics.tree.tree import Tree
from pages.parts import opening, visitor
from pages.parts.opening import Opened
from pages.parts.text import markdown, plain

_WEEKS_AHEAD, _WEEKS_BACK = 26, 104
_MOST_EARLIER = 5


def show(opened: Opened, metric_id: str, week_ending: date) -> None:
    """Let a note on a metric's week be written; instead, the note that the visitor edits.

    What is already typed stays when another week is chosen.
    """
    if opened.as_of is not None or not visitor.may_edit(opened.tree):
        return
    author = visitor.ask_author("notes")
    edited = st.session_state.get("note_edited")
    base = _base(opened, edited) if edited is not None else None
    key = f"edit_{base.id}" if base else f"new_{metric_id}_{st.session_state.get('notes_written', 0)}"
    start = base.written if base else _empty(metric_id, week_ending)
    new = _fields(opened, start, key)
    with st.container(horizontal=True):
        kept = st.button("Save" if base else "Keep the note", key=f"keep_{key}")
        if base and st.button("Leave it as it was", key=f"leave_{key}"):
            st.session_state.pop("note_edited", None)
            st.rerun()
    if not kept:
        return
    if author is None:
        st.error("Nothing was kept yet: write your name first, so that others know who wrote it.")
        return
    notes = opening.ledger(opened.workspace).notes
    try:
        if base:
            notes.edit(base.id, st.session_state[f"note_base_{base.id}"], new, author)
            st.session_state.pop("note_edited", None)
        else:
            notes.add(new, author)
            st.session_state["notes_written"] = st.session_state.get("notes_written", 0) + 1
    except EditConflict as conflict:
        newer = conflict.newer
        st.session_state[f"note_base_{newer.id}"] = newer.version
        st.warning("This note was changed meanwhile. Yours is not kept yet: look at the newer text, and save again.")
        st.markdown(markdown(getattr(newer, "text", "")))
        return
    except NorthstarError as error:
        st.error(plain(str(error)))
        return
    st.rerun()


def earlier(opened: Opened, metric_id: str, week_ending: date) -> None:
    """Show what was learned before: on this metric, on its neighbours in the tree, and in this week a year ago."""
    notes, tree = opening.ledger(opened.workspace).notes, opened.tree
    as_of = opened.moment if opened.as_of is not None else None
    before = week_ending - timedelta(days=7)
    own = [note for note in notes.for_metric(metric_id, as_of=as_of, limit=20) if note.last_week <= before]
    neighbours = [*tree.drivers(metric_id), *tree.drives(metric_id)]
    near = notes.find(metrics=neighbours, as_of=as_of, limit=20) if neighbours else []
    last_year = week_ending - timedelta(days=364)
    span = (last_year - timedelta(days=7), last_year + timedelta(days=7))
    then = notes.overlapping(span, [metric_id, *neighbours], as_of)
    for title, found in (
        ("Earlier on this metric", own),
        ("On its neighbours in the tree", [note for note in near if metric_id not in note.metrics]),
        ("The same week a year ago", then),
    ):
        _list(opened, title, found)


def _list(opened: Opened, title: str, found: Sequence[Note]) -> None:
    if not found:
        return
    st.caption(title)
    for note in found[:_MOST_EARLIER]:
        names = ", ".join(opened.tree.metrics[name].name for name in note.metrics if name in opened.tree.metrics)
        verdict = f" ({VERDICT_WORDS[note.verdict]})" if note.verdict else ""
        st.markdown(f"{plain(words.short_day(note.last_week))}, {plain(names)}{plain(verdict)}: {markdown(note.text)}")


def _base(opened: Opened, note_id: int) -> Note | None:
    """Return the note that is edited, as the visitor first saw it."""
    try:
        note = opening.ledger(opened.workspace).notes.get(note_id)
    except NorthstarError:
        return None
    st.session_state.setdefault(f"note_base_{note_id}", note.version)
    return note


def _empty(metric_id: str, week_ending: date) -> NewNote:
    return NewNote(metrics=(metric_id,), first_week=week_ending, last_week=week_ending, kind="anomaly", text="")


def _fields(opened: Opened, start: NewNote, key: str) -> NewNote:
    tree = opened.tree
    kind = st.segmented_control(
        "What it is", KINDS, default=start.kind, format_func=KIND_WORDS.__getitem__, required=True, key=f"kind_{key}"
    )
    verdict = None
    if kind == "anomaly":
        verdict = st.segmented_control(
            "Verdict",
            VERDICTS,
            default=start.verdict,
            format_func=lambda one: VERDICT_WORDS[one].capitalize(),
            key=f"verdict_{key}",
        )
    text = st.text_area("What was learned", value=start.text, key=f"text_{key}", height=110)
    come_back = None
    if verdict == "unexplained":
        back = st.date_input(
            "Come back to it on", value=start.come_back or opened.today + timedelta(days=14), key=f"back_{key}"
        )
        come_back = back if isinstance(back, date) else None
    metrics = st.multiselect(
        "Metrics",
        list(tree.metrics),
        default=[name for name in start.metrics if name in tree.metrics],
        format_func=lambda name: tree.metrics[name].name,
        key=f"metrics_{key}",
    )
    weeks = _weeks(tree, start)
    with st.container(horizontal=True):
        first, last = (
            st.selectbox(
                label,
                weeks,
                index=weeks.index(week),
                format_func=words.long_day,
                key=f"{label}_{key}_{start.first_week}",
            )
            for label, week in (("First week", start.first_week), ("Last week", start.last_week))
        )
    return NewNote(
        metrics=tuple(metrics),
        first_week=first,
        last_week=last,
        kind=kind or start.kind,
        text=text,
        verdict=verdict,
        come_back=come_back,
    )


def _weeks(tree: Tree, start: NewNote) -> list[date]:
    """Return the weeks that a note may be about: around its own, future ones too."""
    first = min(start.first_week, start.last_week) - timedelta(weeks=_WEEKS_BACK)
    count = (start.last_week - first).days // 7 + _WEEKS_AHEAD
    return [first + timedelta(weeks=number) for number in range(count + 1)]
