"""Ledgers to test on, and what it takes to write to them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from metrics.ledger.author import Author
from metrics.ledger.ledger import Ledger

ANA = Author("ana@lumen.example", verified=True)
BEN = Author("Ben", verified=False)
DAY = date(2026, 11, 2)
START = datetime(2026, 11, 2, 9, 30, 0, 123456, tzinfo=UTC)


class Clock:
    """A clock that a test sets; it stands still in between."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def on(self, **later: int) -> datetime:
        self.now += timedelta(**later)
        return self.now


class Place:
    """Where a ledger lies: a state folder, or a database of a PostgreSQL server."""

    def __init__(self, state: Path, url: str | None) -> None:
        self.state = state
        self.url = url
        self.clock = Clock()

    def open(self) -> Ledger:
        return Ledger.open(self.state, url=self.url, clock=self.clock)


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path, clean_places: None) -> Place:
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    return Place(tmp_path / "state", url)


@pytest.fixture
def clean_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """No ledger that the environment names."""
    monkeypatch.delenv("NORTHSTAR_LEDGER_URL", raising=False)


@pytest.fixture
def ledger(place: Place) -> Iterator[Ledger]:
    """An empty ledger, once on SQLite and once on PostgreSQL."""
    with place.open() as opened:
        yield opened
