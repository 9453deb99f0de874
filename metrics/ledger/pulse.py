"""Whether anything new was written: one number, cheap enough to be asked for every few seconds by everybody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, func, select

from metrics.ledger.claim_tables import claim_verdict
from metrics.ledger.database import Database
from metrics.ledger.note_tables import follow_up_version, limits, note_version, reply_version
from metrics.ledger.tables import audit, definition_change, entry, refresh

NOTED = (note_version, reply_version, follow_up_version)
ALL = (*NOTED, limits, entry, audit, definition_change, claim_verdict, refresh)


def newest_number(database: Database, tables: Sequence[Table[Any]]) -> int:
    """Return a number that grows with each write to one of the tables.

    Nothing is ever deleted from them, and whatever is written is at least one more row: so the sum of the highest ids
    grows. Each is found at the end of an index.
    """
    newest = [select(func.coalesce(func.max(table.primary_key.columns[0]), 0)).scalar_subquery() for table in tables]
    with database.read() as connection:
        return sum(connection.execute(select(*newest)).one())
