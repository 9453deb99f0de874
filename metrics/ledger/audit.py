"""A metric that was derived again by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from metrics.ledger.author import Author

AuditResult = Literal["match", "mismatch"]


@dataclass(frozen=True)
class Audit:
    """What somebody got who derived a metric's week again.

    `expected` is what Northstar showed, `derived` what came out by hand; `definition` identifies the definition that
    was checked, so that a later one is known to be unchecked.
    """

    metric: str
    week_ending: date
    result: AuditResult
    expected: float | None
    derived: float | None
    author: Author
    note: str
    definition: str


@dataclass(frozen=True)
class RecordedAudit(Audit):
    """An audit as the ledger keeps it. A later one has a higher `id`; `at` is in UTC."""

    id: int
    at: datetime
