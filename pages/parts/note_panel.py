"""The notes beside a week's review and on a metric's page: what is unexplained, what is open, what is new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import streamlit as st

from metrics.charts import words
from metrics.ledger.follow_up import FollowUp
from metrics.ledger.note import NewNote, Note
from metrics.review.agenda import review_ended, to_come_back_to, unexplained
from metrics.signals.signal import Signal
from metrics.tree.tree import Metric
from pages.parts import chosen, links, marked, note_form, noted, opening, signalled, visitor
from pages.parts.opening import Opened
from pages.parts.text import plain

_MOST_SHOWN = 20
_EVERY = timedelta(seconds=2)


def open_metrics(opened: Opened, week_ending: date) -> set[str]:
    """Return the metrics that still need a word: a signal without a note, an open follow-up, a day to come back to."""
    signals = signalled.of_week(opened, week_ending)
    left = unexplained(opened.tree, signals, _notes(opened, week_ending), week_ending)
    found = {metric for group in left for metric in group.metrics}
    ledger, moment = opening.ledger(opened.workspace), _moment(opened, week_ending)
    as_of = marked.as_reviewed(opened, week_ending)
    found |= {one.metric for one in ledger.follow_ups.open_at(as_of) if one.metric}
    back = to_come_back_to(ledger.notes.find(verdict="unexplained", as_of=as_of), moment.date())
    return found | {metric for note in back for metric in note.metrics}


def beside_week(opened: Opened, week_ending: date) -> None:
    """Show the panel of a week's review, beside it."""
    with st.sidebar:
        st.header("Notes", anchor=False)
        if opened.as_of is None and visitor.may_edit(opened.tree):
            visitor.ask_author("panel")
        _week(opened, week_ending)


def of_metric(opened: Opened, metric: Metric, week_ending: date, clicked: date | None = None) -> None:
    """Show a metric's notes, and let one be written about the week, or about one that was clicked in the chart."""
    st.header("Notes", anchor=False)
    signal = signalled.of_week(opened, week_ending).get(metric.id)
    if signal is not None:
        st.markdown(f"**Signal in the week ending {words.long_day(week_ending)}.** {plain(signal.sentence)}")
    for watch in signalled.watched(opened, week_ending):
        if watch.metric == metric.id:
            st.markdown(plain(watch.sentence))
    about = chosen.week(opened, clicked, week_ending)
    write, before = st.columns([3, 2], gap="large")
    with write:
        note_form.show(opened, metric.id, about)
    with before:
        note_form.earlier(opened, metric.id, about)
    _of_metric(opened, metric.id)


@dataclass(frozen=True)
class _Written:
    """What a panel shows of the ledger. `follow_ups` are those of its notes, `left` all that are open."""

    notes: Sequence[Note]
    follow_ups: Sequence[FollowUp]
    left: Sequence[FollowUp]
    back: Sequence[Note] = ()


@st.fragment(run_every=_EVERY)
def _of_metric(opened: Opened, metric_id: str) -> None:
    ledger = opening.ledger(opened.workspace)
    as_of = opened.moment if opened.as_of is not None else None
    shown = st.session_state.get("notes_shown", _MOST_SHOWN)

    def look() -> _Written:
        notes = ledger.notes.for_metric(metric_id, as_of=as_of, limit=shown + 1)
        follow_ups = ledger.follow_ups.of_notes([note.id for note in notes], as_of)
        return _Written(notes, follow_ups, ledger.follow_ups.open_at(as_of, metrics=[metric_id]))

    written = noted.standing(f"{metric_id} {opened.as_of} {shown}", look)
    if written.left:
        st.subheader(f"Open ({len(written.left)})", anchor=False)
        for one in written.left:
            noted.follow_up(opened, one, "metric")
    noted.undo_deletion(opened, "metric")
    _list(opened, written, shown, "metric")
    if len(written.notes) > shown and st.button("Show more", key="more_notes"):
        st.session_state["notes_shown"] = shown + _MOST_SHOWN
        st.rerun(scope="fragment")


@st.fragment(run_every=_EVERY)
def _week(opened: Opened, week_ending: date) -> None:
    ledger = opening.ledger(opened.workspace)
    signals = signalled.of_week(opened, week_ending)

    def look() -> _Written:
        as_of = marked.as_reviewed(opened, week_ending)
        notes = _notes(opened, week_ending)
        follow_ups = ledger.follow_ups.of_notes([note.id for note in notes[:_MOST_SHOWN]], as_of)
        day = _moment(opened, week_ending).date()
        back = to_come_back_to(ledger.notes.find(verdict="unexplained", as_of=as_of), day)
        return _Written(notes, follow_ups, ledger.follow_ups.open_at(as_of), back)

    written = noted.standing(f"{week_ending} {opened.as_of}", look)
    editable = opened.as_of is None and week_ending == opened.review_week and visitor.may_edit(opened.tree)
    _unexplained(opened, week_ending, signals, written.notes, editable)
    due = [watch for watch in signalled.watched(opened, week_ending) if watch.week_ending == week_ending]
    if due:
        st.subheader("Did it arrive?", anchor=False)
        for watch in due:
            st.markdown(plain(watch.sentence))
    if written.left or written.back:
        st.subheader(f"Open ({len(written.left) + len(written.back)})", anchor=False)
        for one in written.left[:_MOST_SHOWN]:
            noted.follow_up(opened, one, "week", editable)
        for note in written.back[:_MOST_SHOWN]:
            noted.show(opened, note, (), "back", editable)
    noted.undo_deletion(opened, "week")
    if written.notes:
        st.subheader(f"This week ({len(written.notes)})", anchor=False)
        _list(opened, written, _MOST_SHOWN, "week", editable)
    st.page_link(links.NOTES, label="All notes")


def _unexplained(
    opened: Opened, week_ending: date, signals: Mapping[str, Signal], notes: Sequence[Note], editable: bool
) -> None:
    left = unexplained(opened.tree, signals, notes, week_ending)
    count = sum(len(group.metrics) for group in left)
    if not count:
        if signals:
            st.markdown("Every signal of the week has a note.")
        elif signalled.any_judged(opened, week_ending):
            st.markdown("No signal was found this week.")
        else:
            st.markdown("No value of this week can be judged yet.")
        return
    st.subheader(f"Unexplained ({count})", anchor=False)
    first = True
    for group in left:
        st.caption(plain(words.owner(group.owner) or "Nobody's yet"))
        for metric_id in group.metrics:
            name = opened.tree.metrics[metric_id].name
            with st.container(key=f"unexplained_{metric_id}", gap="xsmall"):
                links.show([links.metric_link(name, metric_id, week_ending, signals[metric_id].sentence)])
                if editable and st.button(
                    "Routine, nothing to see",
                    key=f"routine_{metric_id}",
                    shortcut="n" if first else None,
                    type="tertiary",
                ):
                    _routine(opened, metric_id, week_ending)
                noted.show_refusal(f"routine_{metric_id}")
            first = False


def _routine(opened: Opened, metric_id: str, week_ending: date) -> None:
    """Keep the verdict that a signal is routine after all."""
    new = NewNote(
        metrics=(metric_id,), first_week=week_ending, last_week=week_ending, kind="anomaly", text="", verdict="routine"
    )
    if noted.keep(f"routine_{metric_id}", lambda author: opening.ledger(opened.workspace).notes.add(new, author)):
        st.rerun(scope="fragment")


def _list(opened: Opened, written: _Written, most: int, place: str, editable: bool = True) -> None:
    for note in written.notes[:most]:
        follow_ups = [one for one in written.follow_ups if one.note == note.id]
        noted.show(opened, note, follow_ups, place, editable)


def _notes(opened: Opened, week_ending: date) -> list[Note]:
    ledger = opening.ledger(opened.workspace)
    return ledger.notes.overlapping((week_ending, week_ending), as_of=marked.as_reviewed(opened, week_ending))


def _moment(opened: Opened, week_ending: date) -> datetime:
    return review_ended(week_ending, opened.review_week or week_ending, opened.moment)
