"""A session with a database that only reads: bounded in time, and in the workspace's time zone."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any

from metrics.sources.database_address import Address

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, CursorResult, Engine

CONNECT_SECONDS = 10
BATCH = 2_000

_SQLITE_STEPS = 10_000
_APPLICATION = "northstar"
_UNKNOWN_ZONE = 1298  # MySQL's error
_MYSQL_INSTANT = 7  # MySQL's TIMESTAMP, which it keeps in UTC; DATETIME is another
_POSTGRES_DAY, _POSTGRES_TIMESTAMP, _POSTGRES_INSTANT = 1082, 1114, 1184

Convert = Callable[[Any], Any]


class Session:
    """One connection to a database, for one query. `timeout_seconds` bounds the query, from `begin` on.

    `raw` is the driver's own connection, once there is one; `notes` tell what the database could not do.
    """

    def __init__(self, address: Address, timeout_seconds: int, timezone: str) -> None:
        self._address = address
        self._timeout = timeout_seconds
        self._timezone = timezone
        self._deadline: float | None = None
        self._mysql_in_utc = False
        self.raw: Any = None
        self.notes: list[str] = []
        self.engine = self._engine()

    @property
    def is_late(self) -> bool:
        """Whether the query has had its time."""
        return self._deadline is not None and monotonic() > self._deadline

    def _engine(self) -> Engine:
        from sqlalchemy import create_engine, event
        from sqlalchemy.pool import NullPool

        address = self._address
        options: dict[str, Any] = {"poolclass": NullPool, "hide_parameters": True}
        if address.file is not None:
            engine = create_engine("sqlite://", creator=self._open_file, **options)
        else:
            arguments = _connect_arguments(address.url.get_backend_name(), address.url.get_driver_name(), self._timeout)
            given = {key: value for key, value in arguments.items() if key not in address.url.query}
            engine = create_engine(address.url, connect_args=given, **options)

        def keep(connection: Any, _: Any) -> None:
            self.raw = connection

        # First of all, so that a server that answers no more can be left while SQLAlchemy asks for its version.
        event.listen(engine, "connect", keep, insert=True)
        return engine

    def _open_file(self) -> Any:
        import sqlite3

        assert self._address.file is not None
        connection = sqlite3.connect(
            f"{self._address.file.absolute().as_uri()}?mode=ro",
            uri=True,
            timeout=min(CONNECT_SECONDS, self._timeout),
            check_same_thread=False,
        )
        # Any text is taken: a number with a broken sign in it is told as no number, and a name fits nothing.
        connection.text_factory = lambda text: text.decode("utf-8", "replace")
        connection.set_progress_handler(lambda: self.is_late, _SQLITE_STEPS)
        return connection

    def connect(self) -> Connection:
        """Connect; what goes wrong is raised as the driver gives it."""
        connection = self.engine.connect()
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(postgresql_readonly=True)
        return connection

    def begin(self, connection: Connection) -> None:
        """Begin a transaction that only reads, and start the clock."""
        self._deadline = monotonic() + self._timeout
        match connection.dialect.name:
            case "postgresql":
                self._begin_postgres(connection)
            case "mysql" | "mariadb":
                self._begin_mysql(connection)
            case "sqlite":
                connection.exec_driver_sql("PRAGMA query_only = ON")
            case "mssql":
                connection.exec_driver_sql(f"SET LOCK_TIMEOUT {self._timeout * 1_000}")
            case "snowflake":
                connection.exec_driver_sql(
                    f"ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = {self._timeout}, TIMEZONE = '{self._timezone}'"
                )

    def _begin_postgres(self, connection: Connection) -> None:
        from sqlalchemy import text

        # For this transaction only, which suits pools of connections that lie between.
        settings = {"statement_timeout": f"{self._timeout}s", "datestyle": "ISO, YMD", "timezone": self._timezone}
        calls = ", ".join(f"set_config('{name}', :{name}, true)" for name in settings)
        connection.execute(text(f"SELECT {calls}"), settings)
        if connection.dialect.driver == "psycopg":
            from psycopg.types.string import TextLoader

            # As text: Python has no date infinity, none before Christ, and none after the year 9999.
            for name in ("date", "timestamp", "timestamptz"):
                self.raw.adapters.register_loader(name, TextLoader)

    def _begin_mysql(self, connection: Connection) -> None:
        mariadb = bool(getattr(connection.dialect, "is_mariadb", False))
        limit = f"max_statement_time = {self._timeout}" if mariadb else f"max_execution_time = {self._timeout * 1_000}"
        connection.exec_driver_sql("SET SESSION TRANSACTION READ ONLY")
        connection.exec_driver_sql(f"SET SESSION {limit}")
        zone = "+00:00" if self._timezone == "UTC" else self._timezone
        try:
            connection.exec_driver_sql(f"SET SESSION time_zone = '{zone}'")
        except Exception as error:
            arguments = getattr(getattr(error, "orig", None), "args", ())
            if _UNKNOWN_ZONE not in arguments:
                raise
            connection.exec_driver_sql("SET SESSION time_zone = '+00:00'")
            self._mysql_in_utc = True
            self.notes.append(
                f"The MySQL server does not know the time zone {self._timezone}, so functions such as date() in the"
                " query give days in UTC. Load its time zone tables (mysql_tzinfo_to_sql)."
            )

    def converters(self, result: CursorResult[Any]) -> Mapping[int, Convert]:
        """Return, by number of the column, what turns this database's own forms of a moment into a typed value."""
        kinds = [column[1] for column in _description(result)]
        if self._mysql_in_utc:
            return {number: _utc for number, kind in enumerate(kinds) if kind == _MYSQL_INSTANT}
        if result.dialect.name == "postgresql" and result.dialect.driver == "psycopg":
            known: dict[Any, Convert] = {_POSTGRES_TIMESTAMP: _day_of_text, _POSTGRES_INSTANT: _moment_of_text}
            return {number: known[kind] for number, kind in enumerate(kinds) if kind in known}
        return {}

    def columns_of_days(self, result: CursorResult[Any]) -> tuple[int, ...]:
        """Return the numbers of the columns that the database itself declares as dates or moments, if it tells."""
        if result.dialect.name != "postgresql":
            return ()
        days = (_POSTGRES_DAY, _POSTGRES_TIMESTAMP, _POSTGRES_INSTANT)
        return tuple(number for number, column in enumerate(_description(result)) if column[1] in days)

    def abandon(self) -> None:
        """End the connection from another thread, so that one who waits for an answer waits no longer."""
        with suppress(Exception):
            if self._address.file is not None:
                self.raw.interrupt()
            elif hasattr(self.raw, "fileno"):
                _shut(os.dup(self.raw.fileno()))
            elif isinstance(plain := getattr(self.raw, "_sock", None), socket.socket):
                _shut(os.dup(plain.fileno()))

    def end(self, connection: Connection, sound: bool) -> None:
        """Roll back and close; a connection that is not `sound` is only dropped, for it may not answer."""
        with suppress(Exception):
            if sound:
                connection.rollback()
            else:
                if hasattr(self.raw, "_result"):  # PyMySQL would first read all that is left of the result
                    self.raw._result = None
                connection.invalidate()
        with suppress(Exception):
            connection.close()


def _connect_arguments(backend: str, driver: str, timeout: int) -> dict[str, Any]:
    """Return what a driver is told: how long to wait for a connection, and for an answer where only it can tell."""
    wait = min(CONNECT_SECONDS, timeout)
    match driver:
        case "psycopg":
            return {"connect_timeout": wait, "application_name": _APPLICATION, "client_encoding": "utf8"}
        case "pymysql" | "mysqldb":
            return {"connect_timeout": wait, "read_timeout": timeout + 1}
        case "pymssql":
            return {"login_timeout": wait, "timeout": timeout, "appname": _APPLICATION}
        case _ if backend == "snowflake":
            return {"login_timeout": wait, "network_timeout": timeout + 1, "application": _APPLICATION}
        case _:
            return {}


def _description(result: CursorResult[Any]) -> tuple[Any, ...]:
    return tuple(getattr(result.cursor, "description", None) or ())


def _utc(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value


def _day_of_text(value: Any) -> Any:
    """Return the day of PostgreSQL's text of a time stamp; what is no day here, such as infinity, stays as it is."""
    return value[:10] if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d [\d:.]+", value) else value


def _moment_of_text(value: Any) -> Any:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _shut(number: int) -> None:
    with socket.socket(fileno=number) as copy:
        copy.shutdown(socket.SHUT_RDWR)
