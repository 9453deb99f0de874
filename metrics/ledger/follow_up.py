"""A question or task with an owner and a due date that comes back each week until it is closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from metrics.ledger.author import Author

FollowUpState = Literal["open", "closed"]


@dataclass(frozen=True, kw_only=True)
class NewFollowUp:
    """What is to be done, by whom (`owner`, an e-mail or a name) and when; and where it came from."""

    text: str
    owner: str
    due: date
    metric: str | None = None
    note: int | None = None


@dataclass(frozen=True, kw_only=True)
class FollowUp(NewFollowUp):
    """A follow-up as the ledger keeps it, in one of its versions.

    `outcome` is what came of it, said by whoever closed it. `author` opened it; `changed_by` wrote this version.
    Moments are in UTC.
    """

    id: int
    version: int
    state: FollowUpState
    outcome: str
    author: Author
    created_at: datetime
    changed_by: Author
    changed_at: datetime
