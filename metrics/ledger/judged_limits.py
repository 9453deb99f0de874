"""The limits of a metric as a review judged by them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from metrics.ledger.author import Author

LimitsState = Literal["judged", "locked", "released"]


@dataclass(frozen=True)
class ToldSignal:
    """The signal that a review told of a week: its kind, how strong, and what happened."""

    kind: str
    strength: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class JudgedLimits:
    """Lower limit, central line and upper limit of a metric at a week, in its unit, and the method that gave them.

    `value` is what was judged by them, and `signal` what was told of it; None where nothing was.
    """

    metric: str
    week_ending: date
    method: str
    lower: float | None
    centre: float | None
    upper: float | None
    value: float | None = None
    signal: ToldSignal | None = None


@dataclass(frozen=True, kw_only=True)
class RecordedLimits(JudgedLimits):
    """Limits as the ledger keeps them.

    `locked` ones were set by a person, for a reason, from their week on; `released` says that a lock ended. `at` is in
    UTC.
    """

    id: int
    at: datetime
    state: LimitsState
    locked_by: Author | None
    reason: str | None
