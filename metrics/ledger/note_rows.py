"""Notes as they stand in the tables, put together: the version, its metrics and mentions, the replies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, cast

from sqlalchemy import Column, Connection, Row, Select, insert, select

from metrics.ledger.author import Author
from metrics.ledger.mentions import Mentions, mentions_in
from metrics.ledger.note import Note, NoteKind, Reply, Verdict
from metrics.ledger.note_tables import mention, note, note_metric, note_version, reply, reply_version
from metrics.ledger.versions import valid_at

_AT_ONCE = 500


def note_columns() -> Select[*tuple[Any, ...]]:
    """Return the selection of all that `notes_of` reads."""
    created = (note.c.created_at, note.c.author, note.c.author_verified)
    return select(note_version, *created).join_from(note_version, note, note.c.id == note_version.c.note)


def notes_of(
    connection: Connection, rows: Sequence[Row[*tuple[Any, ...]]], as_of: datetime | None = None
) -> list[Note]:
    """Return the notes of rows of `note_columns`, with the replies of a moment (None: the present ones)."""
    ids = [row.id for row in rows]
    metrics = _grouped(
        connection, select(note_metric.c.note_version, note_metric.c.metric), note_metric.c.note_version, ids,
        note_metric.c.position,
    )  # fmt: skip
    mentions = _mentions(connection, mention.c.note_version, ids)
    replies = _replies_to(connection, {row.note for row in rows}, as_of)
    return [
        Note(
            id=row.note,
            version=row.version,
            metrics=tuple(metric for _, metric in metrics.get(row.id, ())),
            first_week=row.first_week,
            last_week=row.last_week,
            kind=cast(NoteKind, row.kind),
            verdict=cast("Verdict | None", row.verdict),
            come_back=row.come_back,
            text=row.text,
            mentions=mentions.get(row.id, Mentions()),
            author=Author(row.author, row.author_verified),
            created_at=row.created_at,
            edited_at=row.at,
            deleted=row.deleted,
            replies=tuple(replies.get(row.note, ())),
        )
        for row in rows
    ]


def reply_columns() -> Select[*tuple[Any, ...]]:
    """Return the selection of all that `replies_of` reads."""
    created = (reply.c.note, reply.c.created_at, reply.c.author, reply.c.author_verified)
    return select(reply_version, *created).join_from(reply_version, reply, reply.c.id == reply_version.c.reply)


def replies_of(connection: Connection, rows: Sequence[Row[*tuple[Any, ...]]]) -> list[Reply]:
    """Return the replies of rows of `reply_columns`."""
    mentions = _mentions(connection, mention.c.reply_version, [row.id for row in rows])
    return [
        Reply(
            id=row.reply,
            note=row.note,
            version=row.version,
            text=row.text,
            mentions=mentions.get(row.id, Mentions()),
            author=Author(row.author, row.author_verified),
            created_at=row.created_at,
            edited_at=row.at,
            deleted=row.deleted,
        )
        for row in rows
    ]


def add_mentions(
    connection: Connection, text: str, *, note_version: int | None = None, reply_version: int | None = None
) -> Mentions:
    """Write down who and what a version of a text mentions, and return it."""
    found = mentions_in(text)
    rows = [
        {"note_version": note_version, "reply_version": reply_version, "kind": kind, "name": name}
        for kind, names in (("person", found.people), ("metric", found.metrics))
        for name in names
    ]
    if rows:
        connection.execute(insert(mention), rows)
    return found


def _replies_to(connection: Connection, notes: set[int], as_of: datetime | None) -> dict[int, list[Reply]]:
    found: dict[int, list[Reply]] = {}
    wanted = reply_columns().where(valid_at(reply_version, as_of), reply_version.c.deleted.is_(False))
    for some in _some(sorted(notes)):
        rows = connection.execute(wanted.where(reply.c.note.in_(some)).order_by(reply.c.id)).all()
        for one in replies_of(connection, rows):
            found.setdefault(one.note, []).append(one)
    return found


def _mentions(connection: Connection, owner: Column[Any], ids: list[int]) -> dict[int, Mentions]:
    rows = _grouped(connection, select(owner, mention.c.kind, mention.c.name), owner, ids, mention.c.id)
    return {
        id: Mentions(
            tuple(name for _, kind, name in several if kind == "person"),
            tuple(name for _, kind, name in several if kind == "metric"),
        )
        for id, several in rows.items()
    }


def _grouped(
    connection: Connection, wanted: Select[*tuple[Any, ...]], owner: Column[Any], ids: list[int], order: Column[Any]
) -> dict[int, list[tuple[Any, ...]]]:
    """Return the rows of several owners, by the owner's id, which stands first in a row."""
    found: dict[int, list[tuple[Any, ...]]] = {}
    for some in _some(ids):
        rows = connection.execute(wanted.where(owner.in_(some)).order_by(owner, order)).all()
        found |= {id: list(map(tuple, several)) for id, several in groupby(rows, lambda row: cast(int, row[0]))}
    return found


def _some(ids: Iterable[int]) -> Iterator[list[int]]:
    """Give the ids in portions: a database takes a limited number of values in one statement."""
    every = list(ids)
    for start in range(0, len(every), _AT_ONCE):
        yield every[start : start + _AT_ONCE]
