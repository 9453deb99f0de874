"""A note as a chart shows it: the weeks that it is about, and a line of text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from metrics.errors import shorten
from metrics.ledger.note import Note
from metrics.review.agenda import KIND_WORDS, VERDICT_WORDS

_LONGEST = 200


@dataclass(frozen=True)
class NoteMark:
    """The weeks of a note, the last days of the first and the last one, and what it says."""

    first_week: date
    last_week: date
    text: str

    def touches(self, first: date, last: date) -> bool:
        """Whether the note is about any day from one to another."""
        return self.first_week <= last and self.last_week >= first


def note_mark(note: Note) -> NoteMark:
    """Return what a chart shows of a note: its kind and verdict, the beginning of its text, who wrote it."""
    kind = KIND_WORDS[note.kind] + (f", {VERDICT_WORDS[note.verdict]}" if note.verdict else "")
    text = shorten(note.text, _LONGEST)
    return NoteMark(note.first_week, note.last_week, f"{kind}{f': {text}' if text else ''} ({note.author.name})")


def texts_of(marks: Iterable[NoteMark], first: date, last: date) -> list[str]:
    """Return what notes about any day from one to another say."""
    return [mark.text for mark in marks if mark.touches(first, last)]
