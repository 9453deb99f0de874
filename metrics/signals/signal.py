"""What a judged week says: a value against its limits, and the signal that it gives, if any."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

KindName = Literal[
    "outside_limits", "small_shift", "new_level", "back_to_former_level", "expected_peak_missing", "moved"
]
Strength = Literal["strong", "moderate"]

_MOVES: tuple[KindName, ...] = ("outside_limits", "small_shift", "new_level")


@dataclass(frozen=True)
class Signal:
    """One week of one metric that is not routine. `expected` and the limits are None where there were none."""

    metric: str
    week_ending: date
    kind: KindName
    strength: Strength
    value: float
    expected: float | None
    lower: float | None
    upper: float | None
    sentence: str

    @property
    def direction(self) -> int:
        """1 where the metric moved up, -1 where down; 0 where it came back or stayed out, or nothing was expected."""
        if self.kind not in _MOVES or self.expected is None or self.value == self.expected:
            return 0
        return 1 if self.value > self.expected else -1


@dataclass(frozen=True)
class KeptWeek:
    """A week as a review judged it, with its signal or none: what the ledger keeps, so that it stays.

    It stays while the week's value is still `value`; None, where that is not known, stays as well.
    """

    metric: str
    week_ending: date
    expected: float | None
    lower: float | None
    upper: float | None
    signal: Signal | None = None
    value: float | None = None


@dataclass(frozen=True)
class Lock:
    """Limits that a person fixed from one week on, up to another (None: for good), and why."""

    metric: str
    first_week: date
    expected: float
    lower: float
    upper: float
    last_week: date | None = None
    by: str | None = None
    at: datetime | None = None
    because: str | None = None

    def holds(self, week_ending: date) -> bool:
        """Whether the limits hold in a week."""
        return self.first_week <= week_ending and (self.last_week is None or week_ending <= self.last_week)
