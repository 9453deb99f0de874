"""A value that was typed by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from metrics.ledger.author import Author


@dataclass(frozen=True)
class NewEntry:
    """A value of a metric on a day, as somebody typed it; None clears what stood there.

    `over` is the id of the entry that they saw there, 0 for none; None where it does not matter what stands there.
    """

    metric: str
    day: date
    value: float | None
    author: Author
    note: str = ""
    over: int | None = None


@dataclass(frozen=True)
class Entry:
    """An entry as the ledger keeps it. A later one has a higher `id`; `at` is in UTC."""

    id: int
    metric: str
    day: date
    value: float | None
    author: Author
    at: datetime
    note: str = ""
