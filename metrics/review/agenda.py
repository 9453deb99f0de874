"""What a week's review has to talk about: signals without a note, and what comes back to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from metrics.ledger.follow_up import FollowUp
from metrics.ledger.note import Note
from metrics.tree.tree import Tree

VERDICT_WORDS = {
    "routine": "routine after all",
    "explained": "exceptional and explained",
    "unexplained": "exceptional, not yet explained",
    "data_fault": "data fault",
}
KIND_WORDS = {
    "anomaly": "Anomaly",
    "pattern": "Pattern",
    "event": "Event",
    "data_fault": "Data fault",
    "decision": "Decision",
    "question": "Question",
}


@dataclass(frozen=True)
class Unexplained:
    """The metrics with a signal in a week and no note about it, of one owner ('' where nobody owns them)."""

    owner: str
    metrics: tuple[str, ...]


def noted(notes: Iterable[Note], week_ending: date) -> Mapping[str, Sequence[Note]]:
    """Return the notes on a week by metric."""
    found: dict[str, list[Note]] = {}
    for note in notes:
        if note.first_week <= week_ending <= note.last_week:
            for metric_id in note.metrics:
                found.setdefault(metric_id, []).append(note)
    return found


def unexplained(tree: Tree, signals: Iterable[str], notes: Iterable[Note], week_ending: date) -> list[Unexplained]:
    """Return the metrics with a signal and no note on the week, by owner, in the order of the deck."""
    about = noted(notes, week_ending)
    open_ids = set(signals) - set(about)
    by_owner: dict[str, list[str]] = {}
    for metric_id in dict.fromkeys((*tree.deck_metrics, *tree.metrics)):
        if metric_id in open_ids:
            by_owner.setdefault(tree.metrics[metric_id].owner or "", []).append(metric_id)
    return [Unexplained(owner, tuple(metrics)) for owner, metrics in by_owner.items()]


def to_come_back_to(notes: Iterable[Note], day: date) -> list[Note]:
    """Return the notes that nobody could explain yet and whose day to come back has come, oldest first."""
    due = (note for note in notes if note.come_back is not None and note.come_back <= day)
    return sorted(due, key=lambda note: (note.come_back or day, note.id))


def review_ended(week_ending: date, review_week: date, now: datetime) -> datetime:
    """Return the moment as of which a week's review is shown: now for the newest, the next week's end for an older one.

    So its notes and follow-ups stand as they did then.
    """
    if week_ending >= review_week:
        return now
    end = week_ending + timedelta(days=8)
    return min(now, datetime(end.year, end.month, end.day, tzinfo=now.tzinfo))


def is_late(follow_up: FollowUp, day: date) -> bool:
    """Return whether a follow-up was due before a day and is still open."""
    return follow_up.state == "open" and follow_up.due < day
