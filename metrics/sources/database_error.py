"""What kind of fault the error of a database's driver is, and what the database itself says of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

# What a database's own code means: SQLSTATE of PostgreSQL, the numbers of MySQL, and with a word those of others.
_BY_CODE: dict[str | int, str] = {
    "28P01": "login", "28000": "login", "3D000": "database", "42501": "permission", "42601": "syntax",
    "42P01": "table", "3F000": "table", "42703": "column", "57014": "timeout", "25006": "writes",
    "53300": "full", "22021": "encoding", "57P01": "gone", "57P02": "gone", "57P03": "starting", "08001": "refused",
    1045: "login", 1698: "login", 1049: "database", 1044: "permission", 1142: "permission", 1143: "permission",
    1064: "syntax", 1146: "table", 1054: "column", 3024: "timeout", 1969: "timeout", 1317: "timeout",
    1792: "writes", 1040: "full", 1203: "full", 2003: "refused", 2002: "refused", 2005: "host", 2006: "gone",
    2013: "gone", 3159: "encryption",
    "mssql 18456": "login", "mssql 4060": "database", "mssql 229": "permission", "mssql 102": "syntax",
    "mssql 156": "syntax", "mssql 208": "table", "mssql 207": "column", "mssql 20003": "timeout",
    "mssql 20009": "refused", "mssql 20002": "refused", "mssql 20047": "gone",
    "snowflake 390100": "login", "snowflake 250001": "refused", "snowflake 1003": "syntax", "snowflake 2003": "table",
    "snowflake 2043": "table", "snowflake 904": "column", "snowflake 630": "timeout", "snowflake 604": "timeout",
}  # fmt: skip
_OWN_CODES = {"pymssql": "mssql ", "snowflake": "snowflake "}

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


def driver_error(error: BaseException) -> BaseException:
    """Return the driver's own error: SQLAlchemy's text around it repeats the statement."""
    inner = getattr(error, "orig", None)
    return inner if isinstance(inner, BaseException) else error


def _text(part: str | bytes) -> str:
    return part.decode("utf-8", "replace") if isinstance(part, bytes) else part


def kind_of(error: BaseException) -> str:
    """Return what kind of fault an error is, by the database's code for it, else by its words; '' for another."""
    from sqlalchemy.exc import DBAPIError

    cause = driver_error(error)
    words = " ".join([str(cause), *(_text(part) for part in cause.args if isinstance(part, str | bytes))]).lower()
    for code in _codes(cause):
        if code in _BY_CODE:
            kind = _BY_CODE[code]
            return "slow" if kind in ("gone", "refused") and "timed out" in words else kind
        if isinstance(code, str) and code.startswith("08"):
            return "gone"
    if isinstance(cause, FileNotFoundError) and cause.filename:
        return "file"
    if isinstance(cause, UnicodeError):
        return "encoding"
    for kind, pattern in _BY_WORDS:
        if re.search(pattern, words):
            return kind
    if isinstance(cause, ConnectionError) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return "gone"
    return "slow" if isinstance(cause, TimeoutError) else ""


def _codes(cause: BaseException) -> Iterator[str | int]:
    """Yield the codes that a database gives with an error, as `_BY_CODE` has them."""
    own = next((word for module, word in _OWN_CODES.items() if module in type(cause).__module__), None)
    first = cause.args[0] if cause.args else None
    first = first[0] if isinstance(first, tuple) and first else first
    for code in (getattr(cause, "sqlstate", None), getattr(cause, "errno", None), first):
        if isinstance(code, int):
            yield f"{own}{code}" if own else code
        elif isinstance(code, str):
            yield code


def line_named(error: BaseException) -> str:
    """Return the line of the query that the database names; nothing where it has one line only."""
    found = re.search(r"\bline (\d+)\b", str(driver_error(error)), re.IGNORECASE)
    return f" in line {found[1]}" if found and found[1] not in ("0", "1") else ""


def proposal(error: BaseException) -> str | None:
    """Return what PostgreSQL proposes, if it does."""
    found = getattr(getattr(driver_error(error), "diag", None), "message_hint", None)
    return str(found) if found else None


def own_words(error: BaseException) -> str:
    """Return what the database itself says, its first line."""
    inner = driver_error(error)
    said = getattr(getattr(inner, "diag", None), "message_primary", None)
    if not said:
        texts = [_text(part) for part in inner.args if isinstance(part, str | bytes)]
        said = (texts or [str(inner)])[-1]
    lines = [line.strip() for line in str(said).splitlines() if line.strip()]
    return lines[0] if lines else type(inner).__name__
