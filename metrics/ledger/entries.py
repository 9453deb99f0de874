"""The values that people typed, as the ledger keeps them: each once and for ever; the latest of a day counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import Connection, Row, func, insert, select

from metrics.ledger.author import Author
from metrics.ledger.conflict import EntryConflict
from metrics.ledger.database import Database
from metrics.ledger.entry import Entry, NewEntry
from metrics.ledger.tables import entry

_COLUMNS = select(
    entry.c.id,
    entry.c.metric,
    entry.c.day,
    entry.c.value,
    entry.c.author,
    entry.c.author_verified,
    entry.c.at,
    entry.c.note,
)


class Entries:
    """Values typed by hand. Nothing is ever changed or deleted: a correction is one more entry."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, metric: str, day: date, value: float | None, author: Author, note: str = "") -> Entry:
        """Keep a value of a metric on a day, None to clear it; raises LedgerError for one that is not finite."""
        return self.add_many([NewEntry(metric, day, value, author, note)])[0]

    def add_many(self, entries: Iterable[NewEntry]) -> list[Entry]:
        """Keep several values, all or none of them, and return them as kept, in their order.

        Raises EntryConflict where another entry stands there than one was typed `over`.
        """
        typed = list(entries)
        if not typed:
            return []
        with self._database.write() as connection:
            for one in typed:
                _refuse_newer(connection, one)
            at = self._database.now()
            rows = [
                {
                    "metric": one.metric,
                    "day": one.day,
                    "value": one.value,
                    "author": one.author.name,
                    "author_verified": one.author.verified,
                    "at": at,
                    "note": one.note,
                }
                for one in typed
            ]
            newest = connection.execute(select(func.coalesce(func.max(entry.c.id), 0))).scalar_one()
            connection.execute(insert(entry), rows)
            added = connection.execute(_COLUMNS.where(entry.c.id > newest).order_by(entry.c.id)).all()
        return [_entry(row) for row in added]

    def current(self) -> list[Entry]:
        """Return the latest entry of each metric and day, cleared ones (None) included, by metric and day."""
        latest = select(func.max(entry.c.id)).group_by(entry.c.metric, entry.c.day)
        with self._database.read() as connection:
            rows = connection.execute(_COLUMNS.where(entry.c.id.in_(latest))).all()
        return sorted((_entry(row) for row in rows), key=lambda one: (one.metric, one.day))

    def of_metric(self, metric: str) -> list[Entry]:
        """Return all entries of a metric, the newest first."""
        with self._database.read() as connection:
            rows = connection.execute(_COLUMNS.where(entry.c.metric == metric).order_by(entry.c.id.desc())).all()
        return [_entry(row) for row in rows]

    def newest_id(self) -> int:
        """Return the id of the newest entry, 0 without any: a higher one says that there is something new."""
        with self._database.read() as connection:
            return connection.execute(select(func.coalesce(func.max(entry.c.id), 0))).scalar_one()


def _refuse_newer(connection: Connection, new: NewEntry) -> None:
    if new.over is None:
        return
    there = _COLUMNS.where(entry.c.metric == new.metric, entry.c.day == new.day).order_by(entry.c.id.desc()).limit(1)
    row = connection.execute(there).first()
    if row is not None and row[0] != new.over:
        raise EntryConflict(_entry(row))


def _entry(row: Row[int, str, date, float | None, str, bool, datetime, str]) -> Entry:
    id, metric, day, value, author, verified, at, note = row
    return Entry(id, metric, day, value, Author(author, verified), at, note)
