"""The query of a source: one statement, and one that reads."""

from __future__ import annotations

import re

from metrics.sources.report import SourceError

_READS = frozenset(("select", "with", "values", "table", "from"))
_WRITES = frozenset(
    (
        "insert", "update", "delete", "merge", "replace", "upsert", "create", "alter", "drop", "truncate", "grant",
        "revoke", "copy", "load", "call", "exec", "execute", "do", "attach", "vacuum", "reindex", "rename", "lock",
    )
)  # fmt: skip

# What a semicolon or a word may stand in without being one of the statement, for each kind of database.
_COMMENT = r"--[^\n]*|/\*.*?\*/"
_HASH_COMMENT = r"\#[^\n]*"
_ESCAPED = r"'(?:[^'\\]|''|\\.)*'"
_PLAIN = r"'(?:[^']|'')*'"
_NAMES = r'"(?:[^"]|"")*"|`[^`]*`'
_DOLLARS = r"\$(?P<tag>\w*)\$.*?\$(?P=tag)\$"
_SIGNS = r"(?P<end>;)|(?P<word>\w+)|."

_PATTERNS = {
    "postgresql": (_COMMENT, rf"[eE]{_ESCAPED}", _PLAIN, _NAMES, _DOLLARS, _SIGNS),
    "mysql": (_COMMENT, _HASH_COMMENT, _ESCAPED, r'"(?:[^"\\]|""|\\.)*"', _NAMES, _SIGNS),
    "bigquery": (_COMMENT, _HASH_COMMENT, _ESCAPED, r'"(?:[^"\\]|""|\\.)*"', _NAMES, _SIGNS),
    "snowflake": (_COMMENT, _ESCAPED, _NAMES, r"\$\$.*?\$\$", _SIGNS),
    "mssql": (_COMMENT, _PLAIN, _NAMES, r"\[[^\]]*\]", _SIGNS),
}
_PATTERNS["mariadb"] = _PATTERNS["mysql"]
_OTHER = (_COMMENT, _PLAIN, _NAMES, _SIGNS)


def single_statement(query: str, backend: str, source_id: str) -> str:
    """Return a query without a semicolon at its end; `backend` is SQLAlchemy's name of the kind of database.

    Raises SourceError where there is no statement, more than one, or one that does not begin as those that read do.
    """
    pattern = re.compile("|".join(_PATTERNS.get(backend, _OTHER)), re.DOTALL)
    first, end = "", None
    for token in pattern.finditer(query):
        if token["word"]:
            first = first or token["word"]
        if token["end"] and first:
            end = token.start() if end is None else end
        elif end is not None and not token[0].isspace() and not token[0].startswith(("--", "/*", "#")):
            raise SourceError(
                f"The query of {source_id} holds several statements: write one, without a semicolon inside."
            )
    if not first:
        raise SourceError(f"The query of {source_id} is empty: write one such as select day, signups from daily.")
    if first.lower() in _WRITES:
        raise SourceError(
            f"The query of {source_id} begins with {first.upper()}, which writes: Northstar only reads. Write a query"
            " that begins with SELECT or WITH."
        )
    if first.lower() not in _READS:
        raise SourceError(
            f"The query of {source_id} begins with '{first[:30]}': write one that begins with SELECT or WITH."
        )
    return query[:end].strip()
