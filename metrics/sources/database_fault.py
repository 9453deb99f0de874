"""What went wrong with a database, as a sentence that says what to do and gives no secret away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from metrics.errors import nearest, shorten
from metrics.sources.absence import some
from metrics.sources.database_address import Address
from metrics.tree.tree import Source

if TYPE_CHECKING:
    from sqlalchemy.engine import Inspector

_MOST_SCHEMAS = 40
_LONGEST_WORDS = 200

# What a database's own code means: SQLSTATE of PostgreSQL, numbers of MySQL, SQL Server (with a minus) and Snowflake.
_BY_CODE: dict[str | int, str] = {
    "28P01": "login", "28000": "login", "3D000": "database", "42501": "permission", "42601": "syntax",
    "42P01": "table", "3F000": "table", "42703": "column", "57014": "timeout", "25006": "writes",
    "53300": "full", "22021": "encoding", "57P01": "gone", "57P02": "gone", "57P03": "starting",
    1045: "login", 1698: "login", 1049: "database", 1044: "permission", 1142: "permission", 1143: "permission",
    1064: "syntax", 1146: "table", 1054: "column", 3024: "timeout", 1969: "timeout", 1317: "timeout",
    1792: "writes", 1040: "full", 1203: "full", 2003: "refused", 2002: "refused", 2005: "host", 2006: "gone",
    2013: "gone", 3159: "encryption",
    -18456: "login", -4060: "database", -229: "permission", -102: "syntax", -156: "syntax", -208: "table",
    -207: "column", -20003: "timeout", -20009: "refused", -20002: "refused", -20047: "gone",
    390100: "login", 1003: "syntax", 2043: "table", 904: "column", 630: "timeout", 604: "timeout",
}  # fmt: skip

# In this order; the first that is found in the words tells.
_BY_WORDS = (
    ("certificate", r"certificate verify failed|root certificate|certificate has expired|unknown ca"),
    ("unencrypted", r"server does not support ssl|ssl was required|ssl is not enabled"),
    ("encryption", r"no encryption|ssl off|insecure transport|ssl connection is required|requires? encryption"),
    ("stranger", r"no pg_hba\.conf entry|is not allowed to connect"),
    ("full", r"too many (clients|connections)|remaining connection slots|max_user_connections"),
    ("starting", r"starting up|shutting down|recovery mode|not yet accepting"),
    ("login", r"authentication failed|no password supplied|access denied for user|login failed|incorrect username"
              r"|role \".*\" does not exist|not permitted to log in|could not authenticate|credentials"),
    ("database", r"database \".*\" does not exist|unknown database|cannot open database"),
    ("host", r"could not translate host name|failed to resolve host|name or service not known|getaddrinfo failed"
             r"|name resolution|nodename nor servname|unknown host|no address associated"),
    ("refused", r"connection refused|actively refused|network is unreachable|no route to host|can't connect to"
                r"|unable to connect|no such file or directory"),
    ("slow", r"timeout expired|timed out"),
    ("writes", r"read-?only|data-modifying|readonly"),
    ("timeout", r"^interrupted|statement timeout|query timeout|timeout exceeded|reached its statement.*timeout"),
    ("table", r"no such table|relation \".*\" does not exist|invalid object name|object '.*' does not exist"
              r"|not found: table|table .* doesn't exist"),
    ("column", r"no such column|column .* does not exist|unknown column|invalid column name|invalid identifier"
               r"|unrecognized name"),
    ("permission", r"permission denied|access denied|not authorized|insufficient privileges"),
    ("syntax", r"syntax error|incomplete input|unrecognized token|unexpected keyword"),
    ("locked", r"database is locked|database table is locked|lock request time out|deadlock"),
    ("no_database", r"file is not a database|file is encrypted|malformed"),
    ("closed", r"unable to open database file"),
    ("gone", r"server closed the connection|connection (is|was|has been)? ?(closed|lost|reset|broken)|broken pipe"
             r"|terminating connection|eof detected|lost synchronization|connection reset|ssl syscall|lost connection"),
)  # fmt: skip

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
        query = "" if self._source.query else "a query: with "
        return (
            f"The {self._subject} has more than {limit} rows, its limit. Write {query}a sum for each day, such as"
            f" select day, sum(signups) as signups from daily group by day, or write row_limit: {limit * 2}."
        )

    def connecting(self, error: BaseException) -> str:
        """Return the sentence for an error from before there was a connection."""
        kind, words = _kind_of(error), self._words(error)
        at, named, database = self._address.place, self._address.named, self._database
        match kind:
            case "login":
                return f"The database at {at} refuses the user {self._user}: check name and password in {named}."
            case "encryption" | "stranger" if kind == "stranger" or not self._unencrypted:
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
        kind, words = _kind_of(error), self._words(error)
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
                return f"{the} has an error{_line(error)}: {words}. Correct it in northstar.yaml."
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
                return f"{the} could not be answered: {words}.{_hint(error, self._address)}"

    @property
    def _user(self) -> str:
        return self._address.user

    @property
    def _reader(self) -> str:
        return "Northstar" if self._address.file else f"the user {self._user}"

    @property
    def _unencrypted(self) -> bool:
        """Whether encryption could help: PostgreSQL's driver tries it first, unless the address says no."""
        tries = self._address.url.get_backend_name() == "postgresql"
        return not tries or self._address.url.query.get("sslmode") in ("disable", "allow")

    @property
    def _database(self) -> str:
        name = self._address.url.database
        return f"database '{self._address.clean(name)}'" if name else "database of that name"

    def _words(self, error: BaseException) -> str:
        """Return what the database itself says, its first line, without a full stop."""
        cause = _cause(error)
        words = getattr(getattr(cause, "diag", None), "message_primary", None)
        if not words:
            texts = [_text(part) for part in cause.args if isinstance(part, str | bytes)]
            words = (texts or [str(cause)])[-1] or type(cause).__name__
        lines = [line.strip() for line in str(words).splitlines() if line.strip()]
        return shorten(self._address.clean(lines[0] if lines else type(cause).__name__), _LONGEST_WORDS).rstrip(".")

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
        return f" There are: {some(known)}." if known else _hint(error, self._address)


def _there_are(names: Sequence[str]) -> str:
    return f" There are: {some(names)}." if names else " There are none that can be seen, or they can't be listed."


def _cause(error: BaseException) -> BaseException:
    """Return the driver's own error: SQLAlchemy's text around it repeats the statement."""
    inner = getattr(error, "orig", None)
    return inner if isinstance(inner, BaseException) else error


def _text(part: str | bytes) -> str:
    return part.decode("utf-8", "replace") if isinstance(part, bytes) else part


def _kind_of(error: BaseException) -> str:
    """Return what kind of fault an error is, by the database's code for it, else by its words; '' for another."""
    from sqlalchemy.exc import DBAPIError

    cause = _cause(error)
    first = cause.args[0] if cause.args else None
    first = first[0] if isinstance(first, tuple) and first else first
    codes: list[Any] = [getattr(cause, "sqlstate", None), getattr(cause, "errno", None)]
    if isinstance(first, int):
        codes.append(-first if "pymssql" in type(cause).__module__ else first)
    for code in codes:
        if isinstance(code, str | int) and code in _BY_CODE:
            return _BY_CODE[code]
        if isinstance(code, str) and code.startswith("08"):
            return "gone"
    if isinstance(cause, UnicodeError):
        return "encoding"
    words = " ".join([str(cause), *(_text(part) for part in cause.args if isinstance(part, str | bytes))]).lower()
    for kind, pattern in _BY_WORDS:
        if re.search(pattern, words):
            return kind
    if isinstance(cause, ConnectionError) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return "gone"
    return "slow" if isinstance(cause, TimeoutError) else ""


def _line(error: BaseException) -> str:
    """Return the line of the query that the database names; nothing where it has one line only."""
    found = re.search(r"\bline (\d+)\b", str(_cause(error)), re.IGNORECASE)
    return f" in line {found[1]}" if found and found[1] not in ("0", "1") else ""


def _hint(error: BaseException, address: Address) -> str:
    hint = getattr(getattr(_cause(error), "diag", None), "message_hint", None)
    return f" {shorten(address.clean(str(hint)), _LONGEST_WORDS)}" if hint else ""


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
