"""What went wrong with a database, as a sentence that says what to do and gives no secret away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from metrics.errors import nearest, shorten
from metrics.sources.absence import some
from metrics.sources.database_address import Address
from metrics.sources.database_error import driver_error, kind_of, line_named, own_words, proposal
from metrics.tree.tree import Source

if TYPE_CHECKING:
    from sqlalchemy.engine import Inspector

_MOST_SCHEMAS = 40
_LONGEST_WORDS = 200

_NAMES = (
    r'relation "([^"]+)"', r"no such table: (\S+)", r"[tT]able '([^']+)'", r"object name '([^']+)'",
    r"[oO]bject '([^']+)'", r'schema "([^"]+)"', r"Table (\S+)",
)  # fmt: skip
_COLUMNS = (
    r'column "([^"]+)"', r"column (\S+) does not exist", r"no such column: (\S+)", r"column '([^']+)'",
    r"column name '([^']+)'", r"identifier '([^']+)'", r"name: (\S+)",
)  # fmt: skip


class Faults:
    """Sentences about what went wrong with the database of a source; `subject` is its query or table, for messages."""

    def __init__(self, source: Source, address: Address, subject: str) -> None:
        self._source = source
        self._address = address
        self._subject = subject

    @property
    def late(self) -> str:
        """The sentence for a query that took too long."""
        seconds = self._source.timeout_seconds
        return (
            f"The {self._subject} took longer than {seconds} {'second' if seconds == 1 else 'seconds'} and was ended."
            f" Make it quicker, for example by days in its WHERE, or write timeout_seconds: {max(60, seconds * 2)}."
        )

    @property
    def silent(self) -> str:
        """The sentence for a server that does not answer when one connects."""
        return (
            f"The database at {self._address.place} did not answer in time: check host and port in"
            f" {self._address.named}, and that a firewall lets Northstar through."
        )

    @property
    def too_many(self) -> str:
        """The sentence for an answer with more rows than the limit."""
        limit = self._source.row_limit
        rows = "row" if limit == 1 else "rows"
        query = "" if self._source.query else "a query: with "
        return (
            f"The {self._subject} has more than {limit} {rows}, its limit. Write {query}a sum for each day, such as"
            f" select day, sum(signups) as signups from daily group by day, or write row_limit: {limit * 2}."
        )

    def connecting(self, error: BaseException) -> str:
        """Return the sentence for an error from before there was a connection."""
        kind, words = kind_of(error), self._words(error)
        at, named, database = self._address.place, self._address.named, self._database
        match kind:
            case "login":
                return f"The database at {at} refuses the user {self._user}: check name and password in {named}."
            case "encryption" | "stranger" if kind == "stranger" or not self._could_encrypt:
                return (
                    f"The database at {at} does not admit the user {self._user} from this machine to"
                    f" {database}: ask its administrator to allow it (in pg_hba.conf for PostgreSQL)."
                )
            case "database":
                return f"The server at {at} has no {database}: correct the name at the end of the address in {named}."
            case "host" | "encoding":  # a name that can't be a host's is not even looked up
                return f"The host {at} is not known: check the address in {named}."
            case "refused" | "permission":
                return f"No database answers at {at}: check host and port in {named}, and that the database runs."
            case "file":
                name = self._address.clean(str(getattr(driver_error(error), "filename", "")))
                return f"The address in {named} names the file {shorten(name)}, which is not there: correct it."
            case "slow" | "timeout":
                return self.silent
            case "encryption":
                return (
                    f"The database at {at} wants an encrypted connection: add ?sslmode=require (PostgreSQL) or"
                    f" ?ssl=true (MySQL) to the address in {named}."
                )
            case "unencrypted":
                return f"The database at {at} offers no encryption: leave sslmode out of the address in {named}."
            case "certificate":
                return (
                    f"The certificate of the database at {at} can't be verified: name its authority with"
                    f" ?sslrootcert= in {named}."
                )
            case "full":
                return f"The database at {at} has too many connections at the moment: refresh again later."
            case "starting":
                return f"The database at {at} is starting or shutting down: refresh again later."
            case "gone":
                return f"What answers at {at} ended the connection: check that the port in {named} is the database's."
            case _:
                return f"The database at {at} could not be reached: {words}. Check the address in {named}."

    def asking(self, error: BaseException, ask: Callable[[], Inspector], late: bool = False) -> str:
        """Return the sentence for an error of the query; `ask` gives access to what the database holds.

        `late` tells that the time of the query is up: some drivers then call the connection lost.
        """
        kind, words = kind_of(error), self._words(error)
        the = f"The {self._subject}"
        if late and kind in ("gone", ""):
            return self.late
        match kind:
            case "timeout" | "slow":
                return self.late
            case "table" if self._source.table:
                return self._no_table(self._source.table, ask)
            case "table":
                return f"{the} reads a table that is not there: {words}.{self._near_tables(words, ask)}"
            case "column":
                return f"{the} names a column that is not there: {words}.{self._near_columns(error, words, ask)}"
            case "permission":
                return (
                    f"The user {self._user} may not read what the {self._subject} asks for: {words}. Grant it"
                    " the right to SELECT there."
                )
            case "syntax":
                return f"{the} has an error{line_named(error)}: {words}. Correct it in northstar.yaml."
            case "writes":
                return f"{the} would change the database: {words}. Northstar only reads: write a plain SELECT."
            case "gone" | "starting":
                return (
                    f"The connection to {self._address.place} was lost before the {self._subject} had been answered in"
                    " full; nothing of the answer was taken. Refresh again."
                )
            case "locked":
                return f"{self._address.place} is being written to by another program: refresh again later."
            case "no_database":
                return f"{self._address.place} is not a database of SQLite, or is damaged: {words}."
            case "closed":
                return f"{self._address.place} can't be opened: give Northstar the right to read it and its folder."
            case "encoding":
                return f"{the} gives text that is not UTF-8: convert it in the query, or leave the column out."
            case _ if "TimeZone" in words:
                return f"The database does not know the workspace's time zone: {words}. Change it in northstar.yaml."
            case _:
                return f"{the} could not be answered: {words}.{self._hint(error)}"

    @property
    def _user(self) -> str:
        return self._address.user

    @property
    def _reader(self) -> str:
        return "Northstar" if self._address.file else f"the user {self._user}"

    @property
    def _could_encrypt(self) -> bool:
        """Whether encryption could help: PostgreSQL's driver tries it first, unless the address says no."""
        tries = self._address.url.get_backend_name() == "postgresql"
        return not tries or self._address.url.query.get("sslmode") in ("disable", "allow")

    @property
    def _database(self) -> str:
        name = self._address.url.database
        return f"database '{self._address.clean(name)}'" if name else "database of that name"

    def _words(self, error: BaseException) -> str:
        return shorten(self._address.clean(own_words(error)), _LONGEST_WORDS).rstrip(".")

    def _hint(self, error: BaseException) -> str:
        found = proposal(error)
        return f" {shorten(self._address.clean(found), _LONGEST_WORDS)}" if found else ""

    def _no_table(self, name: str, ask: Callable[[], Inspector]) -> str:
        known = _quietly(lambda: _tables(ask()))
        close = nearest(name, known) or _same_end(name, known)
        hint = f" Did you mean '{close}'?" if close else _there_are(known)
        return f"The database has no table or view '{shorten(name)}' that {self._reader} can see.{hint}"

    def _near_tables(self, words: str, ask: Callable[[], Inspector]) -> str:
        name = _found(_NAMES, words)
        known = _quietly(lambda: _tables(ask()))
        close = (nearest(name, known) or _same_end(name, known)) if name else None
        return f" Did you mean '{close}'?" if close else _there_are(known)

    def _near_columns(self, error: BaseException, words: str, ask: Callable[[], Inspector]) -> str:
        name = (_found(_COLUMNS, words) or "").rpartition(".")[2].strip('"')
        read = self._source.table or self._source.query or ""
        known = _quietly(lambda: _columns(ask(), read))
        close = nearest(name, known) if name else None
        if close:
            return f" Did you mean '{close}'?"
        return f" There are: {some(known)}." if known else self._hint(error)


def _there_are(names: Sequence[str]) -> str:
    return f" There are: {some(names)}." if names else " There are none that can be seen, or they can't be listed."


def _found(patterns: Iterable[str], words: str) -> str | None:
    return next((found[1] for pattern in patterns if (found := re.search(pattern, words))), None)


def _quietly(look: Callable[[], Sequence[str]]) -> Sequence[str]:
    """Return what can be found out for a better sentence; nothing where the database does not tell."""
    try:
        return look()
    except Exception:
        return ()


def _tables(inspector: Inspector) -> Sequence[str]:
    """Return all tables and views: those of the usual schema by their names, of others with the schema before it."""
    usual = inspector.default_schema_name
    found = []
    for schema in inspector.get_schema_names()[:_MOST_SCHEMAS]:
        if schema.lower() not in ("information_schema", "pg_catalog", "sys", "mysql", "performance_schema"):
            names = [*inspector.get_table_names(schema), *inspector.get_view_names(schema)]
            if inspector.dialect.name == "postgresql":
                names += inspector.get_materialized_view_names(schema)
            found += [name if schema in (usual, "main") else f"{schema}.{name}" for name in sorted(names)]
    return found


def _columns(inspector: Inspector, read: str) -> Sequence[str]:
    """Return the columns of the tables whose names occur in a query."""
    words = set(re.findall(r"\w+", read.lower()))
    found: dict[str, None] = {}
    for name in _tables(inspector):
        schema, _, table = name.rpartition(".")
        if table.lower() in words:
            found |= dict.fromkeys(column["name"] for column in inspector.get_columns(table, schema or None))
    return tuple(found)


def _same_end(name: str, known: Iterable[str]) -> str | None:
    """Return the table of that name in another schema."""
    end = name.lower().rpartition(".")[2]
    return next((other for other in known if other.lower().rpartition(".")[2] == end), None)
