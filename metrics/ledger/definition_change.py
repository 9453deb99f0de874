"""A change in what a metric means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class DefinitionChange:
    """A part of a metric's definition (`formula`, `source`, `where` ...) before and after; None is absent."""

    metric: str
    part: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class DatedDefinitionChange(DefinitionChange):
    """A definition change as the ledger keeps it: when, and with which refresh, if with one. `at` is in UTC."""

    id: int
    at: datetime
    refresh: int | None
