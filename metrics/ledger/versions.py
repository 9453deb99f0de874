"""How texts change: a new version beside the old one, and only for somebody who has seen the old one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Table, and_, or_, select, update

from metrics.ledger.ledger_error import LedgerError

LONGEST = 1_000_000


@dataclass(frozen=True)
class Step:
    """The version that is to be written next, and when."""

    version: int
    at: datetime


def valid_at(versions: FromClause, as_of: datetime | None) -> ColumnElement[bool]:
    """Return the condition for the versions of a moment; None means the present ones."""
    present: ColumnElement[bool] = versions.c.until.is_(None)
    if as_of is None:
        return present
    return and_(versions.c.at <= as_of, or_(present, versions.c.until > as_of))


def end_version(connection: Connection, versions: Table[Any], id: int, now: datetime) -> Step:
    """End the present version of a text and return what comes next.

    `versions` has a column of its own text's name, so `note` in the versions of notes. A clock that was set back
    doesn't make a version end before it began.
    """
    owner = versions.c[versions.name.removesuffix("_version")]
    present = select(versions.c.id, versions.c.version, versions.c.at).where(owner == id, versions.c.until.is_(None))
    found = connection.execute(present).one()
    at = max(now, found.at)
    connection.execute(update(versions).where(versions.c.id == found.id).values(until=at))
    return Step(found.version + 1, at)


def check_length(text: str) -> None:
    """Raise LedgerError for a text that is too long to be read by anybody."""
    if len(text) > LONGEST:
        raise LedgerError(f"A text of {len(text):,} characters is too long: the most is {LONGEST:,}.")
