"""What a room said on a claim, and what it will do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from metrics.ledger.author import Author

RoomVerdict = Literal["supported", "contradicted", "no_meaningful_link", "not_enough_evidence"]
Decision = Literal["keep", "change", "drop"]

VERDICTS: tuple[RoomVerdict, ...] = ("supported", "contradicted", "no_meaningful_link", "not_enough_evidence")
DECISIONS: tuple[Decision, ...] = ("keep", "change", "drop")


@dataclass(frozen=True, kw_only=True)
class NewClaimVerdict:
    """The room's verdict on the claim that `input` moves `metric`, in the review of a fiscal quarter (`2026Q3`).

    `decision`: the claim is kept as it is, is to be changed, or its input dropped. `evidence` is what the numbers said
    on that day, as plain data that JSON can hold.
    """

    input: str
    metric: str
    quarter: str
    verdict: RoomVerdict
    decision: Decision
    text: str
    evidence: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ClaimVerdict(NewClaimVerdict):
    """A room's verdict as the ledger keeps it. A later one has a higher `id`; `at` is in UTC."""

    id: int
    at: datetime
    author: Author

    @property
    def claim(self) -> tuple[str, str]:
        """What tells claims apart: the input and the metric that it is said to move."""
        return self.input, self.metric
