"""The ledger's database: one way to read it, one way to write it, on SQLite and on PostgreSQL.

Writes take turns, also between processes. So ids grow in the order in which writes became visible, and whoever has read
up to an id has missed none below it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from metrics.errors import shorten
from metrics.ledger.ledger_error import LedgerError

PATIENCE = 30  # seconds that a write waits for the writes before it
WRITES = "ledger_writes"
_LONGEST_REASON = 300

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


class Database:
    """A database with the ledger's tables. Threads may share it.

    `name` says in messages which database it is; none of `secrets` gets into one. `check` is called before each use and
    raises LedgerError where the database is not the one that was opened.
    """

    def __init__(
        self,
        engine: Engine,
        name: str,
        clock: Clock = utc_now,
        secrets: tuple[str, ...] = (),
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self.dialect = engine.dialect.name
        self._clock = clock
        self.name = name
        self._engine = engine
        self._secrets = secrets
        self._check = check
        self._writing = engine.execution_options(**{WRITES: True})
        self._reading = engine
        if self.dialect == "postgresql":
            self._reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the ledger; raises LedgerError where it can't be read."""
        with self._told("read"):
            self._check()
            with self._reading.begin() as connection:
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection whose writes are kept all together, or not at all.

        They are on the disk when the block ends. Raises LedgerError where they could not be kept.
        """
        with self._told("written"):
            self._check()
            with self._writing.begin() as connection:
                yield connection

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return self._clock().astimezone(UTC)

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    @contextmanager
    def _told(self, verb: str) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            if isinstance(found := getattr(error, "orig", None), LedgerError):
                raise found from None  # what a column refused
            raise LedgerError(f"{self.name} can't be {verb}: {self._reason(error)}") from None

    def _reason(self, error: SQLAlchemyError) -> str:
        reason = str(getattr(error, "orig", None) or error)
        for secret in self._secrets:
            reason = reason.replace(secret, "***")
        if "database is locked" in reason or "lock timeout" in reason:
            return f"others have been writing to it for more than {PATIENCE} seconds. Try again."
        if "malformed" in reason or "not a database" in reason:
            return f"it is damaged ({shorten(reason, _LONGEST_REASON)}). Put a backup in its place."
        reason = shorten(reason, _LONGEST_REASON)
        return reason if reason.endswith((".", "…")) else f"{reason}."
