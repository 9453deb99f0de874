"""What one refresh brought: the tree and the states that were then, and the values that changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from metrics.ledger.definition_change import DefinitionChange


@dataclass(frozen=True)
class Change:
    """What a refresh changed in one source: how many values, and `payload` with the values themselves."""

    source: str
    added: int
    changed: int
    removed: int
    payload: bytes


@dataclass(frozen=True)
class RefreshRecord:
    """One refresh, to be recorded.

    `at` has a time zone. `state_json` holds the states of sources and series. `definitions` are recorded together with
    the refresh, dated by it.
    """

    at: datetime
    review_week: date | None
    tree_text: str
    state_json: str
    changes: tuple[Change, ...] = ()
    definitions: tuple[DefinitionChange, ...] = ()


@dataclass(frozen=True)
class ChangeCount:
    """How many values of a source a refresh added, changed and removed."""

    source: str
    added: int
    changed: int
    removed: int


@dataclass(frozen=True)
class RefreshLine:
    """A recorded refresh in short. Later ones have higher numbers; `at` is in UTC.

    `tree_sha256` is the same for two refreshes if they had the same text of northstar.yaml.
    """

    number: int
    at: datetime
    review_week: date | None
    tree_sha256: str
    changes: tuple[ChangeCount, ...]


@dataclass(frozen=True)
class Refresh(RefreshLine):
    """A recorded refresh with its states."""

    state_json: str
