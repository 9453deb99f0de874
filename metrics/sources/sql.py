"""The SQL source: a query or a table of a database -> a file of texts on this disk."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from metrics.errors import shorten
from metrics.sources.database_address import read_address
from metrics.sources.database_fault import Faults
from metrics.sources.database_result import Cells
from metrics.sources.database_session import BATCH, CONNECT_SECONDS, Session
from metrics.sources.database_statement import single_statement
from metrics.sources.fetched import Fetched, TextFile, write_cells
from metrics.sources.header import BLANKS
from metrics.sources.report import SourceError
from metrics.tree.tree import Source

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, CursorResult, Inspector

_GRACE_SECONDS = 2
_PART = r'"(?:[^"]|"")+"|[^."]+'
_TABLE = re.compile(rf"(?:{_PART})(?:\.(?:{_PART})){{0,2}}")


def fetch_sql(source: Source, folder: Path, scratch: Path, timezone: str) -> Fetched:
    """Write what a source's query or table gives as a file in `scratch`, and return it.

    The first row is the row after the header: messages count the rows of the result. A moment is its day in
    `timezone`, which is the session's time zone too. Nothing is written to the database. SQLite's file is relative to
    `folder`. Raises SourceError, whose text, traceback and causes hold no password, where the database can't be
    reached, refuses, takes longer than the source allows, or gives more rows than it allows.
    """
    query = _Query(source, folder, scratch, timezone)
    # In a thread that can be left behind: not every driver can be told to stop waiting for its server.
    thread = Thread(target=query.run, name=f"northstar-{source.id}", daemon=True)
    thread.start()
    thread.join(query.patience)
    if thread.is_alive():
        query.abandon()
        thread.join(_GRACE_SECONDS)
    # Raised here, where neither a frame of the traceback nor a cause knows the address.
    if query.fetched is None:
        raise SourceError(query.error)
    return query.fetched


class _Query:
    """One run of a source's query. Afterwards either `fetched` is there, or `error` says why not."""

    def __init__(self, source: Source, folder: Path, scratch: Path, timezone: str) -> None:
        self._source = source
        self._folder = folder
        self._scratch = scratch
        self._timezone = timezone
        self._name = f"table {shorten(source.table)}" if source.table else f"query of {source.id}"
        self._session: Session | None = None
        self._faults: Faults | None = None
        self._begun = False
        self._abandoned = False
        self.fetched: Fetched | None = None
        self.error = f"The {self._name} could not be answered."

    @property
    def patience(self) -> int:
        """How many seconds the whole run may take."""
        timeout = self._source.timeout_seconds
        return timeout + min(CONNECT_SECONDS, timeout) + _GRACE_SECONDS

    def abandon(self) -> None:
        """End the wait for a server that gives no answer."""
        self._abandoned = True
        if self._faults is not None:
            self.error = self._faults.late if self._begun else self._faults.silent
        if self._session is not None:
            self._session.abandon()

    def run(self) -> None:
        """Ask the database, and keep what came of it."""
        try:
            fetched = self._fetch()
        except SourceError as error:
            self._fail(str(error))
        except Exception as error:
            self._fail(f"The {self._name} could not be answered: {type(error).__name__}.")
        else:
            if not self._abandoned:
                self.fetched = fetched

    def _fail(self, sentence: str) -> None:
        if not self._abandoned:
            self.error = sentence

    def _fetch(self) -> Fetched:
        address = read_address(self._source, self._folder)
        faults = self._faults = Faults(self._source, address, self._name)
        backend = address.url.get_backend_name()
        query = single_statement(self._source.query, backend, self._source.id) if self._source.query else None
        try:
            session = self._session = Session(address, self._source.timeout_seconds, self._timezone)
            connection = session.connect()
        except Exception as error:
            # A file of SQLite is opened by the first statement only.
            tell = faults.connecting if address.file is None else lambda error: faults.asking(error, _no_inspector)
            raise SourceError(tell(error)) from None
        sound = False
        try:
            session.begin(connection)
            self._begun = True
            fetched = self._write(session, self._ask(connection, query))
            sound = True
            return fetched
        except SourceError:
            raise
        except Exception as error:
            sentence = faults.asking(error, lambda: _inspector(session, connection), session.is_late)
            raise SourceError(sentence) from None
        finally:
            session.end(connection, sound)

    def _ask(self, connection: Connection, query: str | None) -> CursorResult[Any]:
        """Send the query as it is written, and return its result, of which the rows are still to come."""
        from sqlalchemy import select, table, text

        options = {"stream_results": True, "yield_per": BATCH}
        if query is not None:
            # Without parameters at all, so that neither % nor : in it means anything.
            return connection.exec_driver_sql(query, execution_options={**options, "no_parameters": True})
        *schema, name = _parts(self._source)
        whole = table(name, schema=".".join(schema) or None)
        rows = select(text("*")).select_from(whole).limit(self._source.row_limit + 1)
        return connection.execute(rows, execution_options=options)

    def _write(self, session: Session, result: CursorResult[Any]) -> Fetched:
        if not result.returns_rows or not result.keys():
            raise SourceError(f"The {self._name} gives no columns: write such as select day, signups from daily.")
        columns = _as_declared(list(result.keys()), self._source)
        cells = Cells(columns, self._timezone, session.converters(result), session.columns_of_days(result))
        path = self._scratch / "result.csv"
        fingerprint = write_cells(cells.rows(self._bounded(session, result)), path)
        file = TextFile(path, self._name, first_row=0)
        return Fetched((file,), fingerprint, cells.date, (*session.notes, *cells.notes))

    def _bounded(self, session: Session, result: CursorResult[Any]) -> Iterator[Sequence[Any]]:
        """Yield the rows; raise SourceError where there are too many of them, or they take too long."""
        assert self._faults is not None
        for number, row in enumerate(result):
            if number >= self._source.row_limit:
                raise SourceError(self._faults.too_many)
            if number % BATCH == 0 and session.is_late:
                raise SourceError(self._faults.late)
            yield row


def _parts(source: Source) -> list[str]:
    """Return the parts of a table's name, which dots part; a name with a dot in it stands in double quotes."""
    written = (source.table or "").strip()
    if not _TABLE.fullmatch(written):
        raise SourceError(f"'{shorten(written)}' is not the name of a table: write such as table: reporting.daily.")
    return [re.sub('^"|"$', "", part).replace('""', '"').strip() for part in re.findall(_PART, written)]


def _as_declared(columns: list[str], source: Source) -> list[str]:
    """Return the names of columns, spelt as the source has them where they differ in capitals only."""
    names = [name.strip(BLANKS) for name in columns]
    for declared in (source.date, source.metric, source.value):
        if declared and declared.strip(BLANKS) not in names:
            alike = [number for number, name in enumerate(names) if name.lower() == declared.strip(BLANKS).lower()]
            if len(alike) == 1:
                names[alike[0]] = declared.strip(BLANKS)
    return names


def _inspector(session: Session, connection: Connection) -> Inspector:
    """Return what tells which tables and columns there are, after a query that failed."""
    from sqlalchemy import inspect

    connection.rollback()
    session.begin(connection)
    return inspect(connection)


def _no_inspector() -> Inspector:
    raise LookupError("there is no connection")
