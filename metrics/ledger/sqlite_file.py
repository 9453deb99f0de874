"""The ledger in a file of SQLite, `ledger.sqlite` in the state folder."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from filelock import FileLock, Timeout
from sqlalchemy import Connection, QueuePool, create_engine, event

from metrics.ledger.database import PATIENCE, WRITES, Clock, Database
from metrics.ledger.ledger_error import LedgerError
from metrics.ledger.schema import prepare

NAME = "ledger.sqlite"
_UNFINISHED = "ledger.new.sqlite"
_LOCK = "ledger.lock"
_LOCK_PATIENCE = 120


def open_file(state: Path, clock: Clock) -> Database:
    """Open the ledger in a folder; make it where there is none, and bring one of an earlier release up to date.

    A new file appears whole, under a name of its own until it is; so an empty or cut file is known to be damaged and is
    left alone. Raises LedgerError.
    """
    path = state / NAME
    try:
        state.mkdir(parents=True, exist_ok=True)
        with FileLock(state / _LOCK, timeout=_LOCK_PATIENCE):
            if not os.path.lexists(path):
                _make(path, clock)
            database = _opened(path, clock)
            try:
                prepare(database, new=False)
                _write_ahead(path)
                database.close()  # a connection from before would still know the old way; new ones are made as needed
            except BaseException:
                database.close()
                raise
    except Timeout:
        raise LedgerError(
            f"{path} can't be opened: another process has been preparing it for {_LOCK_PATIENCE} seconds."
        ) from None
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise LedgerError(f"{path} can't be opened: {reason}.") from None
    return database


def _make(path: Path, clock: Clock) -> None:
    orphan = path.with_name(f"{NAME}-wal")
    if orphan.exists():
        raise LedgerError(
            f"{path} is gone, but {orphan.name} is there, with entries that belong to it. "
            f"Put {NAME} back, or move {orphan.name} away to start anew."
        )
    unfinished = path.with_name(_UNFINISHED)
    for ending in ("", "-wal", "-shm", "-journal"):
        path.with_name(_UNFINISHED + ending).unlink(missing_ok=True)
    unfinished.touch()
    database = _opened(unfinished, clock)
    try:
        prepare(database, new=True)
    finally:
        database.close()
    unfinished.rename(path)
    _sync(path.parent)


def _opened(path: Path, clock: Clock) -> Database:
    engine = create_engine(
        "sqlite://", creator=_connector(path), poolclass=QueuePool, max_overflow=-1, hide_parameters=True
    )
    event.listen(engine, "begin", _begin)
    return Database(engine, str(path), clock, check=_same_file(path))


def _connector(path: Path) -> Callable[[], sqlite3.Connection]:
    # mode=rw: a file that is gone is an error, not a new and empty ledger.
    address = f"file:{quote(str(path))}?mode=rw"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(address, uri=True, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
        for setting in ("synchronous = full", "foreign_keys = on"):
            connection.execute(f"pragma {setting}")
        return connection

    return connect


def _write_ahead(path: Path) -> None:
    """Let readers and a writer work side by side from now on; the file remembers it."""
    with closing(_connector(path)()) as connection:
        connection.execute("pragma journal_mode = wal")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("begin immediate" if writes else "begin")


def _same_file(path: Path) -> Callable[[], None]:
    """Return a check that the file is still the one that was opened: SQLite goes on writing to a deleted file."""

    def identity() -> tuple[int, int]:
        found = path.stat()
        return found.st_dev, found.st_ino

    opened = identity()

    def check() -> None:
        try:
            same = identity() == opened
        except OSError:
            same = False
        if not same:
            raise LedgerError(f"{path} was removed or replaced while it was open. Start Northstar again.")

    return check


def _sync(folder: Path) -> None:
    """Make sure that the new name in a folder outlasts a power cut."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
