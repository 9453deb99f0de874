"""When the metrics' definitions changed, and how."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select

from metrics.ledger.database import Database
from metrics.ledger.definition_change import DatedDefinitionChange, DefinitionChange
from metrics.ledger.tables import definition_change

_COLUMNS = select(
    definition_change.c.metric,
    definition_change.c.part,
    definition_change.c.before,
    definition_change.c.after,
    definition_change.c.id,
    definition_change.c.at,
    definition_change.c.refresh,
).order_by(definition_change.c.id.desc())


class Definitions:
    """The changes of definitions. Nothing is ever changed or deleted."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, at: datetime, refresh: int | None, changes: Iterable[DefinitionChange]) -> None:
        """Keep changes that were found at a moment, by a refresh if by one; all or none of them."""
        with self._database.write() as connection:
            add_definition_changes(connection, at, refresh, changes)

    def of_metric(self, metric: str) -> list[DatedDefinitionChange]:
        """Return the changes of a metric, the newest first."""
        with self._database.read() as connection:
            rows = connection.execute(_COLUMNS.where(definition_change.c.metric == metric)).all()
        return [_change(row) for row in rows]

    def all(self) -> list[DatedDefinitionChange]:
        """Return the changes of all metrics, the newest first."""
        with self._database.read() as connection:
            rows = connection.execute(_COLUMNS).all()
        return [_change(row) for row in rows]


def add_definition_changes(
    connection: Connection, at: datetime, refresh: int | None, changes: Iterable[DefinitionChange]
) -> None:
    """Write changes as part of what else a connection writes."""
    rows = [
        {
            "at": at,
            "refresh": refresh,
            "metric": change.metric,
            "part": change.part,
            "before": change.before,
            "after": change.after,
        }
        for change in changes
    ]
    if rows:
        connection.execute(insert(definition_change), rows)


def _change(row: Row[str, str, str | None, str | None, int, datetime, int | None]) -> DatedDefinitionChange:
    return DatedDefinitionChange(*row)
