"""Signals and notes as marks: on the blocks of a week, on the tree's cards, on a metric's charts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from metrics.charts.block import Block
from metrics.charts.note_mark import NoteMark, note_mark
from metrics.charts.tree_card import Marks
from metrics.charts.week_marks import WeekMarks, points_up, week_marks
from metrics.ledger.note import Note
from metrics.review.agenda import noted, review_ended
from metrics.signals.signal import Signal
from metrics.tree.tree import Metric
from pages.parts import opening, review, signalled
from pages.parts.opening import Opened

_WEEKS = 6
_WEEK = timedelta(days=7)


def shown_weeks(week_ending: date) -> list[date]:
    """Return the last days of the weeks that blocks show in a week's review, the oldest first."""
    return [week_ending - _WEEK * back for back in reversed(range(_WEEKS))]


def as_reviewed(opened: Opened, week_ending: date) -> datetime | None:
    """Return the moment as of which notes are shown in a week's review; None for the present, which is quicker."""
    moment = review_ended(week_ending, opened.review_week or week_ending, opened.moment)
    return None if opened.as_of is None and moment == opened.moment else moment


def notes_of_weeks(opened: Opened, week_ending: date) -> list[Note]:
    """Return the notes on the weeks that blocks show, as they stood in the review."""
    ledger, first = opening.ledger(opened.workspace), shown_weeks(week_ending)[0]
    return ledger.notes.overlapping((first, week_ending), as_of=as_reviewed(opened, week_ending))


def on_blocks(opened: Opened, week_ending: date, blocks: Mapping[str, Block]) -> dict[str, WeekMarks]:
    """Return the marks of the blocks of a week's review, by metric; those without any are left out."""
    signals: dict[str, list[Signal]] = {}
    judged = signalled.review(opened)
    for signal in judged.signals(shown_weeks(week_ending)[0], week_ending) if judged else ():
        signals.setdefault(signal.metric, []).append(signal)
    notes: dict[str, list[NoteMark]] = {}
    for note in notes_of_weeks(opened, week_ending):
        mark = note_mark(note)
        for metric_id in note.metrics:
            notes.setdefault(metric_id, []).append(mark)
    found = {
        metric_id: week_marks(blocks[metric_id], week_ending, signals.get(metric_id, ()), notes.get(metric_id, ()))
        for metric_id in {*signals, *notes}
        if metric_id in blocks
    }
    return {metric_id: marks for metric_id, marks in found.items() if marks is not None}


def on_cards(opened: Opened, week_ending: date | None) -> dict[str, Marks]:
    """Return the marks of the tree's cards in a week, by metric."""
    if week_ending is None:
        return {}
    signals, figures = signalled.of_week(opened, week_ending), review.figures(opened, week_ending)
    ledger = opening.ledger(opened.workspace)
    notes = noted(
        ledger.notes.overlapping((week_ending, week_ending), as_of=as_reviewed(opened, week_ending)), week_ending
    )
    found = {}
    for metric_id in {*signals, *notes}:
        signal, count = signals.get(metric_id), len(notes.get(metric_id, ()))
        if signal is None:
            found[metric_id] = Marks(notes=count)
        else:
            up = points_up(signal, figures[metric_id].weekly[-2].value)
            found[metric_id] = Marks(signal.sentence, count, up, signal.strength == "strong")
    return found


def on_chart(opened: Opened, metric: Metric, first: date, last: date) -> list[NoteMark]:
    """Return the notes on a metric's weeks from one to another, for its large charts."""
    as_of = opened.moment if opened.as_of is not None else None
    notes = opening.ledger(opened.workspace).notes.overlapping((first, last), [metric.id], as_of)
    return [note_mark(note) for note in notes]
