"""The types of the ledger's columns: what goes in comes out the same, on SQLite and on PostgreSQL."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Double, Text, TypeDecorator

from metrics.ledger.ledger_error import LedgerError

_NOT_TEXT = re.compile("[\0\ud800-\udfff]")


class Moment(TypeDecorator[datetime]):
    """A moment with a time zone; comes back in UTC. SQLite has no zones, so it keeps what the clock shows in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment as the database keeps it; raises LedgerError without a time zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise LedgerError(f"The ledger keeps moments with their time zone, and {value} has none.")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Written(TypeDecorator[str]):
    """Any text, kept as it is but for characters that are none.

    NUL and halves of surrogate pairs become U+FFFD, the replacement character, as Markdown demands: PostgreSQL refuses
    the first, and UTF-8 can't express the second.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the text as it is kept."""
        return None if value is None else written(value)


class Finite(TypeDecorator[float]):
    """A number. SQLite would turn one that is not a number into nothing, so those are refused."""

    impl = Double
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> float | None:
        """Return the number; raises LedgerError for infinity and for what is not a number."""
        if value is None:
            return None
        number = float(value)
        if not math.isfinite(number):
            raise LedgerError(f"The ledger keeps finite numbers, and {number} is none.")
        return number


def written(text: str) -> str:
    """Return a text as the ledger keeps it."""
    return _NOT_TEXT.sub("\ufffd", text)
