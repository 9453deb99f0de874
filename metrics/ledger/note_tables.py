"""The tables of what people write: notes, replies, follow-ups, limits.

What can change has a row a version. `at` is when a version was written and `until` when the next one was: the version
of a moment is the one with `at <= moment < until`, and the present one has no `until`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import DDL, Column, ForeignKey, Index, Named, Table, TypedColumns, event, text

from metrics.ledger.columns import Finite, Moment, Written
from metrics.ledger.tables import metadata

_PRESENT: dict[str, Any] = {f"{dialect}_where": text("until IS NULL") for dialect in ("sqlite", "postgresql")}
_JUDGED: dict[str, Any] = {f"{dialect}_where": text("state = 'judged'") for dialect in ("sqlite", "postgresql")}
_DECIDED: dict[str, Any] = {f"{dialect}_where": text("state <> 'judged'") for dialect in ("sqlite", "postgresql")}


class _Created(TypedColumns):
    id: Named[int] = Column(primary_key=True)
    created_at: Named[datetime] = Column(Moment)
    author: Named[str] = Column(Written)
    author_verified: Named[bool]


class _Version(TypedColumns):
    id: Named[int] = Column(primary_key=True)
    version: Named[int]
    at: Named[datetime] = Column(Moment)
    until: Named[datetime | None] = Column(Moment)


class _NoteColumns(_Created): ...


class _NoteVersionColumns(_Version):
    note: Named[int] = Column(ForeignKey("note.id"))
    deleted: Named[bool]
    first_week: Named[date]
    last_week: Named[date]
    kind: Named[str] = Column(Written)
    verdict: Named[str | None] = Column(Written)
    come_back: Named[date | None]
    text: Named[str] = Column(Written)


class _NoteMetricColumns(TypedColumns):
    note_version: Named[int] = Column(ForeignKey("note_version.id"), primary_key=True, autoincrement=False)
    position: Named[int] = Column(primary_key=True, autoincrement=False)
    metric: Named[str] = Column(Written)


class _ReplyColumns(_Created):
    note: Named[int] = Column(ForeignKey("note.id"))


class _ReplyVersionColumns(_Version):
    reply: Named[int] = Column(ForeignKey("reply.id"))
    deleted: Named[bool]
    text: Named[str] = Column(Written)


class _MentionColumns(TypedColumns):
    id: Named[int] = Column(primary_key=True)
    note_version: Named[int | None] = Column(ForeignKey("note_version.id"))
    reply_version: Named[int | None] = Column(ForeignKey("reply_version.id"))
    kind: Named[str] = Column(Written)
    name: Named[str] = Column(Written)


class _FollowUpColumns(_Created):
    metric: Named[str | None] = Column(Written)
    note: Named[int | None] = Column(ForeignKey("note.id"))


class _FollowUpVersionColumns(_Version):
    follow_up: Named[int] = Column(ForeignKey("follow_up.id"))
    changed_by: Named[str] = Column(Written)
    changed_by_verified: Named[bool]
    text: Named[str] = Column(Written)
    owner: Named[str] = Column(Written)
    due: Named[date]
    state: Named[str] = Column(Written)
    outcome: Named[str] = Column(Written)


class _LimitsColumns(TypedColumns):
    id: Named[int] = Column(primary_key=True)
    at: Named[datetime] = Column(Moment)
    metric: Named[str] = Column(Written)
    week_ending: Named[date]
    method: Named[str] = Column(Written)
    lower: Named[float | None] = Column(Finite)
    centre: Named[float | None] = Column(Finite)
    upper: Named[float | None] = Column(Finite)
    state: Named[str] = Column(Written)
    locked_by: Named[str | None] = Column(Written)
    locked_by_verified: Named[bool | None]
    reason: Named[str | None] = Column(Written)
    value: Named[float | None] = Column(Finite)
    kind: Named[str | None] = Column(Written)
    strength: Named[str | None] = Column(Written)
    sentence: Named[str | None] = Column(Written)


class _SearchedColumns(TypedColumns):
    id: Named[int] = Column(primary_key=True)
    at: Named[datetime] = Column(Moment)
    until: Named[datetime | None] = Column(Moment)
    note: Named[int | None] = Column(ForeignKey("note.id"))
    reply: Named[int | None] = Column(ForeignKey("reply.id"))
    follow_up: Named[int | None] = Column(ForeignKey("follow_up.id"))


note = Table("note", metadata, _NoteColumns)
note_version = Table(
    "note_version",
    metadata,
    _NoteVersionColumns,
    Index("uq_note_version_note_version", "note", "version", unique=True),
    Index("ix_note_version_present", "note", unique=True, **_PRESENT),
    Index("ix_note_version_present_weeks", "last_week", "first_week", **_PRESENT),
)
note_metric = Table("note_metric", metadata, _NoteMetricColumns, Index(None, "metric", "note_version"))
reply = Table("reply", metadata, _ReplyColumns, Index(None, "note"))
reply_version = Table(
    "reply_version",
    metadata,
    _ReplyVersionColumns,
    Index("uq_reply_version_reply_version", "reply", "version", unique=True),
    Index("ix_reply_version_present", "reply", unique=True, **_PRESENT),
)
mention = Table(
    "mention",
    metadata,
    _MentionColumns,
    Index(None, "kind", "name"),
    Index(None, "note_version"),
    Index(None, "reply_version"),
)
follow_up = Table("follow_up", metadata, _FollowUpColumns, Index(None, "note"), Index(None, "metric"))
follow_up_version = Table(
    "follow_up_version",
    metadata,
    _FollowUpVersionColumns,
    Index("uq_follow_up_version_follow_up_version", "follow_up", "version", unique=True),
    Index("ix_follow_up_version_present", "follow_up", unique=True, **_PRESENT),
    Index("ix_follow_up_version_present_state", "state", "due", **_PRESENT),
)
limits = Table(
    "limits",
    metadata,
    _LimitsColumns,
    Index("ix_limits_metric_week_ending_id", "metric", "week_ending", "id"),
    Index("uq_limits_judged", "metric", "week_ending", unique=True, **_JUDGED),
    Index("ix_limits_decided", "id", **_DECIDED),
)
# One row a version of a text; its words are in search_words, which SQLite and PostgreSQL each have in their own way.
searched = Table(
    "searched",
    metadata,
    _SearchedColumns,
    Index(None, "note", "reply", "follow_up"),
    Index(None, "reply"),
    Index(None, "follow_up"),
)
_WORDS = {
    "postgresql": (
        "CREATE TABLE search_words (id INTEGER PRIMARY KEY REFERENCES searched (id), words TSVECTOR NOT NULL)",
        "CREATE INDEX ix_search_words_words ON search_words USING gin (words)",
    ),
    # The texts stand in other tables, and a word is asked for as such, never next to another: so it keeps neither.
    "sqlite": ("CREATE VIRTUAL TABLE search_words USING fts5(words, content='', tokenize='ascii', detail=none)",),
}
for _dialect, _statements in _WORDS.items():
    for _statement in _statements:
        _made = DDL(_statement).execute_if(dialect=_dialect)  # type: ignore[no-untyped-call]
        event.listen(searched, "after_create", _made)
