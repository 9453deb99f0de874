"""The ledger on PostgreSQL, for a team that outgrew one machine. The address stands in NORTHSTAR_LEDGER_URL."""

from __future__ import annotations

from sqlalchemy import URL, Connection, create_engine, event, make_url

from metrics.ledger.database import PATIENCE, WRITES, Clock, Database
from metrics.ledger.ledger_error import LedgerError
from metrics.ledger.schema import prepare

VARIABLE = "NORTHSTAR_LEDGER_URL"
_EXAMPLE = "postgresql://user:password@host:5432/database"
_DRIVERS = ("postgresql", "postgres", "postgresql+psycopg")
_TURN = 7954884607735690337  # the advisory lock under which writes take turns; any number, but always the same
_CONNECT_TIMEOUT = "10"


def open_server(address: str, clock: Clock) -> Database:
    """Open the ledger in a database of PostgreSQL; make its tables, or bring them up to date.

    `address` may begin with `postgresql://`. Raises LedgerError, whose text holds no password.
    """
    url = _url(address)
    try:
        engine = create_engine(url, pool_pre_ping=True, pool_size=5, max_overflow=15, hide_parameters=True)
    except ImportError:
        raise LedgerError(
            f"{VARIABLE} names a PostgreSQL server, and the package that talks to it is not installed. "
            "Write `pip install 'northstar[postgres]'`."
        ) from None
    event.listen(engine, "begin", _begin)
    name = f"The ledger in database '{url.database}' on {url.host}"
    database = Database(engine, name, clock, _secrets(address, url))
    try:
        prepare(database, new=True)
    except BaseException:
        database.close()
        raise
    return database


def _url(address: str) -> URL:
    try:
        url = make_url(address)
        if url.drivername in _DRIVERS and url.host and url.database and not {"@", ":", "/"} & set(url.host):
            query = url.query if "connect_timeout" in url.query else {**url.query, "connect_timeout": _CONNECT_TIMEOUT}
            return url.set(drivername="postgresql+psycopg", query=query)
    except Exception:  # its text may hold a piece of the password
        pass
    raise LedgerError(
        f"{VARIABLE} is not the address of a PostgreSQL database. Write it as {_EXAMPLE}, "
        "and signs such as @ : / % in the password as %40 %3A %2F %25."
    )


def _secrets(address: str, url: URL) -> tuple[str, ...]:
    """Return what no message may hold, the longest first."""
    found = {str(value) for name, value in url.query.items() if "pass" in name}
    found |= {url.password or "", address.partition("://")[2].rpartition("@")[0].partition(":")[2]}
    return tuple(sorted(found - {""}, key=len, reverse=True))


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get(WRITES):
        connection.exec_driver_sql(f"set local lock_timeout = '{PATIENCE}s'; select pg_advisory_xact_lock({_TURN})")
