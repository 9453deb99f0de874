"""All that people wrote, as rows for files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from metrics.ledger.author import Author
from metrics.ledger.claim_tables import claim_verdict
from metrics.ledger.database import Database
from metrics.ledger.follow_ups import follow_up_columns, follow_up_of
from metrics.ledger.note_rows import note_columns, notes_of, replies_of, reply_columns
from metrics.ledger.note_tables import follow_up_version, limits, note_version, reply_version
from metrics.ledger.tables import audit, entry

COLUMNS = (
    "what", "id", "version", "deleted", "metrics", "first_week", "last_week", "day", "kind", "verdict", "come_back",
    "text", "note", "owner", "due", "state", "outcome", "value", "expected", "derived", "lower", "centre", "upper",
    "quarter", "evidence", "author", "author_verified", "created_at", "changed_by", "changed_by_verified", "changed_at",
)  # fmt: skip

Exported = dict[str, Any]


def export_rows(database: Database, versions: bool = False) -> list[Exported]:
    """Return a row for each note, reply, follow-up, value typed by hand, audit, lock on limits, and verdict on a claim.

    Each row has all of COLUMNS, None where one does not apply; `metrics` is a list, days and moments (UTC) are text.
    Texts are exact. With `versions` there is a row for each version and for what is deleted, too; without, values typed
    by hand are given as they stand now.
    """
    with database.read() as connection:
        return [
            {column: row.get(column) for column in COLUMNS}
            for rows in (_notes, _replies, _follow_ups, _values, _audits, _locks, _claim_verdicts)
            for row in rows(connection, versions)
        ]


def _notes(connection: Connection, versions: bool) -> Iterator[Exported]:
    wanted = note_columns().order_by(note_version.c.note, note_version.c.version)
    if not versions:
        wanted = wanted.where(note_version.c.until.is_(None), note_version.c.deleted.is_(False))
    for note in notes_of(connection, connection.execute(wanted).all()):
        yield {
            "what": "note",
            "id": note.id,
            "version": note.version,
            "deleted": note.deleted,
            "metrics": list(note.metrics),
            "first_week": note.first_week.isoformat(),
            "last_week": note.last_week.isoformat(),
            "kind": note.kind,
            "verdict": note.verdict,
            "come_back": note.come_back.isoformat() if note.come_back else None,
            "text": note.text,
            "created_at": note.created_at.isoformat(),
            "changed_at": note.edited_at.isoformat(),
            **_by(note.author, note.author),
        }


def _replies(connection: Connection, versions: bool) -> Iterator[Exported]:
    wanted = reply_columns().order_by(reply_version.c.reply, reply_version.c.version)
    if not versions:
        wanted = wanted.where(reply_version.c.until.is_(None), reply_version.c.deleted.is_(False))
    for reply in replies_of(connection, connection.execute(wanted).all()):
        yield {
            "what": "reply",
            "id": reply.id,
            "version": reply.version,
            "deleted": reply.deleted,
            "text": reply.text,
            "note": reply.note,
            "created_at": reply.created_at.isoformat(),
            "changed_at": reply.edited_at.isoformat(),
            **_by(reply.author, reply.author),
        }


def _follow_ups(connection: Connection, versions: bool) -> Iterator[Exported]:
    wanted = follow_up_columns().order_by(follow_up_version.c.follow_up, follow_up_version.c.version)
    if not versions:
        wanted = wanted.where(follow_up_version.c.until.is_(None))
    for row in connection.execute(wanted).all():
        task = follow_up_of(row)
        yield {
            "what": "follow_up",
            "id": task.id,
            "version": task.version,
            "metrics": [task.metric] if task.metric else [],
            "text": task.text,
            "note": task.note,
            "owner": task.owner,
            "due": task.due.isoformat(),
            "state": task.state,
            "outcome": task.outcome,
            "created_at": task.created_at.isoformat(),
            "changed_at": task.changed_at.isoformat(),
            **_by(task.author, task.changed_by),
        }


def _values(connection: Connection, versions: bool) -> Iterator[Exported]:
    latest: dict[object, Exported] = {}
    for row in connection.execute(select(entry).order_by(entry.c.id)).all():
        found = {
            "what": "value",
            "id": row.id,
            "metrics": [row.metric],
            "day": row.day.isoformat(),
            "value": row.value,
            "text": row.note,
            **_once(row),
        }
        if versions:
            yield found
        else:
            latest[row.metric, row.day] = found
    yield from latest.values()


def _audits(connection: Connection, versions: bool) -> Iterator[Exported]:
    for row in connection.execute(select(audit).order_by(audit.c.id)).all():
        yield {
            "what": "audit",
            "id": row.id,
            "metrics": [row.metric],
            "first_week": row.week_ending.isoformat(),
            "last_week": row.week_ending.isoformat(),
            "state": row.result,
            "expected": row.expected,
            "derived": row.derived,
            "text": row.note,
            **_once(row),
        }


def _locks(connection: Connection, versions: bool) -> Iterator[Exported]:
    for row in connection.execute(select(limits).where(limits.c.state != "judged").order_by(limits.c.id)).all():
        yield {
            "what": "limits",
            "id": row.id,
            "metrics": [row.metric],
            "first_week": row.week_ending.isoformat(),
            "state": row.state,
            "lower": row.lower,
            "centre": row.centre,
            "upper": row.upper,
            "text": row.reason,
            "created_at": row.at.isoformat(),
            "changed_at": row.at.isoformat(),
            **_by(*[Author(row.locked_by, bool(row.locked_by_verified))] * 2),
        }


def _claim_verdicts(connection: Connection, versions: bool) -> Iterator[Exported]:
    for row in connection.execute(select(claim_verdict).order_by(claim_verdict.c.id)).all():
        yield {
            "what": "claim_verdict",
            "id": row.id,
            "metrics": [row.input, row.metric],
            "quarter": row.quarter,
            "verdict": row.verdict,
            "outcome": row.decision,
            "text": row.text,
            "evidence": row.evidence_json,
            **_once(row),
        }


def _once(row: Any) -> Exported:
    author = Author(row.author, row.author_verified)
    return {"created_at": row.at.isoformat(), "changed_at": row.at.isoformat(), **_by(author, author)}


def _by(author: Author, changed_by: Author) -> Exported:
    return {
        "author": author.name,
        "author_verified": author.verified,
        "changed_by": changed_by.name,
        "changed_by_verified": changed_by.verified,
    }
