"""Brings a database to the present shape of the ledger's tables, with the Alembic migrations in this package.

In a database without a ledger the tables are made as they are now, which takes a quarter of the time that one migration
after the other would; a test holds the two alike.
"""

from __future__ import annotations

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, insert, inspect, select

from metrics.ledger import claim_tables, note_tables  # noqa: F401 - they complete `metadata`
from metrics.ledger.database import Database
from metrics.ledger.ledger_error import LedgerError
from metrics.ledger.tables import metadata

NEWEST = "0004"  # the last of the migrations
VERSION_TABLE = "northstar_ledger_version"

# The table that Alembic keeps its place in.
_version = Table(
    VERSION_TABLE,
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name=f"{VERSION_TABLE}_pkc"),
)


def prepare(database: Database, new: bool) -> None:
    """Bring a database up to date, in one transaction; raises LedgerError.

    `new` allows that it has no tables of the ledger yet. A database of a newer Northstar, and one that is no ledger,
    are left as they are.
    """
    with database.read() as connection:
        if _version_of(connection) == NEWEST:
            return
    with database.write() as connection:
        version = _version_of(connection)
        if version is None and not (new and _is_free(connection)):
            raise LedgerError(f"{database.name} is not a ledger of Northstar, and was left as it is.")
        if version is None:
            _make(connection)
        elif version != NEWEST:
            _migrate(database, connection, version)


def _version_of(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(select(_version.c.version_num)).scalar()


def _is_free(connection: Connection) -> bool:
    """Whether there is no ledger yet; an empty table of versions says that there was one."""
    return not inspect(connection).has_table(VERSION_TABLE)


def _make(connection: Connection) -> None:
    metadata.create_all(connection, checkfirst=False)
    _version.create(connection, checkfirst=False)
    connection.execute(insert(_version).values(version_num=NEWEST))


def _migrate(database: Database, connection: Connection, version: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "metrics.ledger:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    known = {revision.revision for revision in ScriptDirectory.from_config(config).walk_revisions()}
    if version not in known:
        raise LedgerError(
            f"{database.name} was written by a newer Northstar (its schema is {version}, this version knows {NEWEST}). "
            "Install the newer version; the ledger was left as it is."
        )
    command.upgrade(config, "head")
