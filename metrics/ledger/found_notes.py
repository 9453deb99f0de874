"""The notes that somebody looks for, as one statement."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from metrics.ledger.note_rows import note_columns
from metrics.ledger.note_tables import mention, note, note_metric, note_version, reply, reply_version, searched
from metrics.ledger.search import found_in
from metrics.ledger.versions import valid_at

_SIGNS = {"@": "person", "#": "metric"}


def found_notes(
    dialect: str,
    text: str | None,
    metrics: Iterable[str] | None,
    kind: str | None,
    verdict: str | None,
    author: str | None,
    mentioned: str | None,
    weeks: tuple[date, date] | None,
    as_of: datetime | None,
) -> Select[*tuple[Any, ...]]:
    """Return the selection of the notes that fit all that is given, as `Notes.find` tells it, the newest first."""
    wanted = note_columns().where(valid_at(note_version, as_of), note_version.c.deleted.is_(False))
    if text is not None and text.strip():
        wanted = wanted.where(found_in(note_version.c.note, searched.c.note, text, dialect, as_of))
    if metrics is not None:
        of_metrics = select(note_metric.c.note_version).where(note_metric.c.metric.in_(list(metrics)))
        wanted = wanted.where(note_version.c.id.in_(of_metrics))
    if kind is not None:
        wanted = wanted.where(note_version.c.kind == kind)
    if verdict is not None:
        wanted = wanted.where(note_version.c.verdict == verdict)
    if author is not None:
        wanted = wanted.where(note.c.author == author)
    if mentioned is not None:
        wanted = wanted.where(_mentions(mentioned, as_of))
    if weeks is not None:
        # On its own, so that an index answers it and not a walk through all notes, the newest first.
        same = note_version.alias()
        overlap = select(same.c.id).where(same.c.last_week >= weeks[0], same.c.first_week <= weeks[1])
        wanted = wanted.where(note_version.c.id.in_(overlap.where(valid_at(same, as_of))))
    return wanted.order_by(note_version.c.note.desc())


def _mentions(sign_and_name: str, as_of: datetime | None) -> ColumnElement[bool]:
    same = (mention.c.kind == _SIGNS.get(sign_and_name[:1], ""), mention.c.name == sign_and_name[1:])
    in_notes = select(mention.c.note_version).where(*same, mention.c.note_version.is_not(None))
    in_replies = (
        select(reply.c.note)
        .join_from(mention, reply_version, reply_version.c.id == mention.c.reply_version)
        .join(reply, reply.c.id == reply_version.c.reply)
        .where(*same, valid_at(reply_version, as_of), reply_version.c.deleted.is_(False))
    )
    return or_(note_version.c.id.in_(in_notes), note_version.c.note.in_(in_replies))
