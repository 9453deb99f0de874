"""The refreshes: what each one changed, with the tree and the states that were then."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import Connection, Row, Select, insert, select

from metrics.ledger.columns import written
from metrics.ledger.database import Database
from metrics.ledger.definitions import add_definition_changes
from metrics.ledger.ledger_error import LedgerError
from metrics.ledger.refresh_record import ChangeCount, Refresh, RefreshLine, RefreshRecord
from metrics.ledger.tables import refresh, refresh_change, tree_text

_LINE = (refresh.c.number, refresh.c.at, refresh.c.review_week, refresh.c.tree_sha256)
_AT_ONCE = 500


class History:
    """The recorded refreshes. Nothing is ever changed or deleted."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, record: RefreshRecord) -> int:
        """Keep one refresh, all of it or nothing, and return its number. The same tree text is kept once."""
        text = written(record.tree_text)
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        with self._database.write() as connection:
            known = connection.execute(select(tree_text.c.sha256).where(tree_text.c.sha256 == sha256)).first()
            if known is None:
                connection.execute(insert(tree_text).values(sha256=sha256, text=text))
            number = connection.execute(
                insert(refresh)
                .values(at=record.at, review_week=record.review_week, tree_sha256=sha256, state_json=record.state_json)
                .returning(refresh.c.number)
            ).scalar_one()
            for position, change in enumerate(record.changes):
                connection.execute(
                    insert(refresh_change).values(
                        refresh=number,
                        position=position,
                        source=change.source,
                        added=change.added,
                        changed=change.changed,
                        removed=change.removed,
                        payload=change.payload,
                    )
                )
            add_definition_changes(connection, record.at, number, record.definitions)
        return number

    def last(self) -> Refresh | None:
        """Return the newest refresh, None without any."""
        return self._one(select(*_LINE, refresh.c.state_json).order_by(refresh.c.number.desc()))

    def at(self, moment: datetime) -> Refresh | None:
        """Return the newest of the refreshes that were made at a moment or before it."""
        before = select(*_LINE, refresh.c.state_json).where(refresh.c.at <= moment)
        return self._one(before.order_by(refresh.c.number.desc()))

    def get(self, number: int) -> Refresh:
        """Return the refresh with a number; raises LedgerError where there is none."""
        found = self._one(select(*_LINE, refresh.c.state_json).where(refresh.c.number == number))
        if found is None:
            raise LedgerError(f"There is no refresh {number} in the ledger.")
        return found

    def refreshes(self, since: datetime | None = None, limit: int | None = None) -> list[RefreshLine]:
        """Return the refreshes in short, the newest first: those at a moment or after it, at most `limit`."""
        wanted = select(*_LINE).order_by(refresh.c.number.desc())
        if since is not None:
            wanted = wanted.where(refresh.c.at >= since)
        if limit is not None:
            wanted = wanted.limit(limit)
        with self._database.read() as connection:
            rows = connection.execute(wanted).all()
            counts = _counts(connection, [row.number for row in rows])
        return [RefreshLine(*row, tuple(counts.get(row[0], ()))) for row in rows]

    def tree_text(self, number: int) -> str:
        """Return the text of northstar.yaml that a refresh went by; raises LedgerError for an unknown number."""
        wanted = select(tree_text.c.text).join_from(refresh, tree_text).where(refresh.c.number == number)
        with self._database.read() as connection:
            found = connection.execute(wanted).scalar_one_or_none()
        if found is None:
            raise LedgerError(f"There is no refresh {number} in the ledger.")
        return found

    def payloads(self, after: int, up_to: int) -> Iterator[tuple[int, str, bytes]]:
        """Give number, source and payload of each change in the refreshes after one and up to another, in order.

        One payload is in memory at a time.
        """
        keys = select(refresh_change.c.refresh, refresh_change.c.position, refresh_change.c.source)
        keys = keys.where(refresh_change.c.refresh > after, refresh_change.c.refresh <= up_to)
        with self._database.read() as connection:
            rows = connection.execute(keys.order_by(refresh_change.c.refresh, refresh_change.c.position)).all()
        for number, position, source in rows:
            key = (refresh_change.c.refresh == number, refresh_change.c.position == position)
            with self._database.read() as connection:
                payload = connection.execute(select(refresh_change.c.payload).where(*key)).scalar_one()
            yield number, source, payload

    def _one(self, wanted: Select[int, datetime, date | None, str, str]) -> Refresh | None:
        with self._database.read() as connection:
            row = connection.execute(wanted.limit(1)).first()
            if row is None:
                return None
            counts = _counts(connection, [row[0]])
        number, at, review_week, tree_sha256, state_json = row
        return Refresh(number, at, review_week, tree_sha256, tuple(counts.get(number, ())), state_json)


def _counts(connection: Connection, numbers: list[int]) -> dict[int, list[ChangeCount]]:
    found: dict[int, list[ChangeCount]] = {}
    wanted = select(
        refresh_change.c.refresh,
        refresh_change.c.source,
        refresh_change.c.added,
        refresh_change.c.changed,
        refresh_change.c.removed,
    ).order_by(refresh_change.c.refresh, refresh_change.c.position)
    for start in range(0, len(numbers), _AT_ONCE):
        chosen = wanted.where(refresh_change.c.refresh.in_(numbers[start : start + _AT_ONCE]))
        rows: list[Row[int, str, int, int, int]] = list(connection.execute(chosen).all())
        for number, source, added, changed, removed in rows:
            found.setdefault(number, []).append(ChangeCount(source, added, changed, removed))
    return found
