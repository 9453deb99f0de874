"""The form in which a note is written or edited, with what was learned before beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import streamlit as st

from metrics.charts import words
from metrics.errors import NorthstarError
from metrics.ledger.author import Author
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
    """Let a note on a metric's week be written. What is already typed stays when another week is chosen."""
    if opened.as_of is not None or not visitor.may_edit(opened.tree):
        return
    author = visitor.ask_author("notes")
    key = f"new_{metric_id}_{st.session_state.get('notes_written', 0)}"
    new = _fields(opened, _empty(metric_id, week_ending), key)
    if not st.button("Keep the note", key=f"keep_{key}"):
        return
    if author is None:
        st.error("Nothing was kept yet: write your name first, so that others know who wrote it.")
        return
    try:
        opening.ledger(opened.workspace).notes.add(new, author)
    except NorthstarError as error:
        st.error(plain(str(error)))
        return
    st.session_state["notes_written"] = st.session_state.get("notes_written", 0) + 1
    st.rerun()


def edit(opened: Opened, note: Note, place: str, author: Author) -> bool:
    """Let a note be changed where it stands; return whether that is over, kept or left.

    Where somebody changed it meanwhile, nothing is kept: the newer text is shown, and the next attempt replaces it.
    """
    key = f"edit_{place}"
    based_on = st.session_state.setdefault(f"base_{key}", note)
    new = _fields(opened, based_on.written, key)
    with st.container(horizontal=True):
        kept = st.button("Save", key=f"keep_{key}")
        left = st.button("Leave it as it was", key=f"leave_{key}")
    if kept:
        version = st.session_state.get(f"version_{key}", based_on.version)
        try:
            opening.ledger(opened.workspace).notes.edit(note.id, version, new, author)
            left = True
        except EditConflict as conflict:
            st.session_state[f"version_{key}"] = conflict.newer.version
            st.session_state[f"newer_{key}"] = getattr(conflict.newer, "text", "")
        except NorthstarError as error:
            st.error(plain(str(error)))
    if left:
        for kind in ("base", "version", "newer"):
            st.session_state.pop(f"{kind}_{key}", None)
    elif f"newer_{key}" in st.session_state:
        st.warning("This note was changed meanwhile. Yours is not kept yet: look at the newer text, and save again.")
        st.markdown(markdown(st.session_state[f"newer_{key}"]))
    return left


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
