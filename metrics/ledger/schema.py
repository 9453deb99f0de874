"""Brings a database to the present shape of the ledger's tables, with the Alembic migrations in this package."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

from metrics.ledger.database import Database
from metrics.ledger.ledger_error import LedgerError

NEWEST = "0004"  # the last of the migrations
VERSION_TABLE = "northstar_ledger_version"


def prepare(database: Database, new: bool) -> None:
    """Bring a database up to date, in one transaction; raises LedgerError.

    `new` allows that it has no tables of the ledger yet. A database of a newer Northstar, and one that is no ledger,
    are left as they are.
    """
    with database.read() as connection:
        if _version(connection) == NEWEST:
            return
    with database.write() as connection:
        version = _version(connection)
        if version is None and not (new and _is_free(connection)):
            raise LedgerError(f"{database.name} is not a ledger of Northstar, and was left as it is.")
        if version != NEWEST:
            _migrate(database, connection, version)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found = connection.execute(text(f"select version_num from {VERSION_TABLE}")).scalar()
    return None if found is None else str(found)


def _is_free(connection: Connection) -> bool:
    """Whether there is no ledger yet; an empty table of versions says that there was one."""
    return not inspect(connection).has_table(VERSION_TABLE)


def _migrate(database: Database, connection: Connection, version: str | None) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "metrics.ledger:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    known = {revision.revision for revision in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        raise LedgerError(
            f"{database.name} was written by a newer Northstar (its schema is {version}, this version knows {NEWEST}). "
            "Install the newer version; the ledger was left as it is."
        )
    command.upgrade(config, "head")
