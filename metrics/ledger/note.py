"""What was learned about a metric at a week or a range of weeks, and what was said to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from metrics.ledger.author import Author
from metrics.ledger.mentions import Mentions

NoteKind = Literal["anomaly", "pattern", "event", "data_fault", "decision", "question"]
Verdict = Literal["routine", "explained", "unexplained", "data_fault"]

KINDS: tuple[NoteKind, ...] = ("anomaly", "pattern", "event", "data_fault", "decision", "question")
VERDICTS: tuple[Verdict, ...] = ("routine", "explained", "unexplained", "data_fault")


@dataclass(frozen=True, kw_only=True)
class NewNote:
    """What a person writes.

    A note belongs to one metric or more, and to the weeks from `first_week` to `last_week` (last days of weeks, future
    ones too). An anomaly may have a verdict; an unexplained one then has the day to come back to it. `text` is
    Markdown, kept as it is, but for NUL and halves of surrogate pairs, which become U+FFFD.
    """

    metrics: tuple[str, ...]
    first_week: date
    last_week: date
    kind: NoteKind
    text: str
    verdict: Verdict | None = None
    come_back: date | None = None


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What somebody said to a note, in one of its versions. `edited_at` is when the version was written, in UTC."""

    id: int
    note: int
    version: int
    text: str
    mentions: Mentions
    author: Author
    created_at: datetime
    edited_at: datetime
    deleted: bool


@dataclass(frozen=True, kw_only=True)
class Note(NewNote):
    """A note as the ledger keeps it, in one of its versions, the first of which is 1.

    `edited_at` is when the version was written; both moments are in UTC. A deleted note keeps its text, so that it can
    be restored. `replies` has those that are not deleted, the oldest first.
    """

    id: int
    version: int
    mentions: Mentions
    author: Author
    created_at: datetime
    edited_at: datetime
    deleted: bool
    replies: tuple[Reply, ...] = ()

    @property
    def written(self) -> NewNote:
        """What the person wrote, to be changed with `dataclasses.replace` and handed to `edit`."""
        return NewNote(
            metrics=self.metrics,
            first_week=self.first_week,
            last_week=self.last_week,
            kind=self.kind,
            text=self.text,
            verdict=self.verdict,
            come_back=self.come_back,
        )
