"""The Parquet source: the columns of each file that hold single values, as text on this disk."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from metrics.errors import shorten
from metrics.sources.absence import some
from metrics.sources.fetched import Fetched, TextFile
from metrics.sources.files import files_of, fingerprint_of
from metrics.sources.report import SourceError
from metrics.sources.table import literal
from metrics.tree.tree import Source

_MOST_ROWS = 50_000_000
_MAGIC = b"PAR1"
_SCALAR = re.compile(
    r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL\(.*\)|BOOLEAN|VARCHAR|UUID|ENUM\(.*\)|DATE|TIME(_NS)?"
    r"|\"NULL\"|TIME WITH TIME ZONE|TIMESTAMP(_S|_MS|_NS)?|TIMESTAMP WITH TIME ZONE|TIMESTAMPTZ_NS"
)


def fetch_parquet(source: Source, folder: Path, scratch: Path, timezone: str) -> Fetched:
    """Write the columns of a Parquet source to files in `scratch`; a moment with a zone is its day in `timezone`.

    The source's dates are in the first column of days or moments, where it does not say. Raises SourceError where a
    file can't be read.
    """
    paths = files_of(source, folder)
    fingerprint = fingerprint_of(paths)
    files, notes = [], []
    date: str | None = None
    for number, path in enumerate(paths):
        name = path.relative_to(folder).as_posix()
        _refuse_others(path, name)
        text = scratch / f"{number}.csv"
        types = _copy(path, name, text, timezone)
        left_out = {column: kind.lower() for column, kind in types.items() if not _SCALAR.fullmatch(kind)}
        for column in (source.date, source.metric, source.value):
            if column in left_out:
                raise SourceError(f"The column '{column}' of {name} holds {left_out[column]}, not one value a row.")
        if left_out:
            listed = some(f"{column} ({kind})" for column, kind in left_out.items())
            notes.append(f"{name}: columns that hold more than one value, or bytes, are not read: {listed}.")
        date = date or next((column for column, kind in types.items() if kind.startswith(("DATE", "TIMESTAMP"))), None)
        files.append(TextFile(text, name, first_row=0))
    return Fetched(tuple(files), fingerprint, date, tuple(notes))


def _refuse_others(path: Path, name: str) -> None:
    """Raise SourceError for files that do not begin and end as Parquet does."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
            file.seek(0, 2)
            size = file.tell()
            file.seek(max(0, size - 4))
            end = file.read()
    except OSError as error:
        raise SourceError(f"{name} can't be read: {error.strerror or error}.") from None
    if not size:
        raise SourceError(f"{name} is empty (0 bytes): copy it here again.")
    if _MAGIC in (start, end) and start != end:
        raise SourceError(f"{name} is cut off or damaged: copy it here again.")
    if b"PARE" in (start, end):
        raise SourceError(f"{name} is encrypted: write it without encryption.")
    if start != _MAGIC:
        raise SourceError(f"{name} is not a Parquet file: write the right type:, or save it as Parquet.")


def _copy(path: Path, name: str, target: Path, timezone: str) -> dict[str, str]:
    """Write a file's readable columns as CSV; return the types of all its columns, by name."""
    # A name with brackets or a star in it is a pattern to DuckDB.
    exact = literal(re.sub(r"([\[*?])", r"[\1]", str(path.absolute())))
    parts = f"read_parquet({exact}, hive_partitioning=false)"
    try:
        with duckdb.connect() as connection:
            connection.execute("SET autoinstall_known_extensions = false; SET autoload_known_extensions = false")
            connection.execute(f"SET timezone = {literal(timezone)}")
            described = connection.execute(f"DESCRIBE FROM {parts}").fetchall()
            types = {str(column): str(kind) for column, kind, *_ in described}
            count = connection.execute(f"SELECT sum(num_rows) FROM parquet_file_metadata({exact})").fetchone()
            rows = int(count[0] or 0) if count else 0
            if rows > _MOST_ROWS:
                raise SourceError(
                    f"{name} has {rows:,} rows, and at most {_MOST_ROWS:,} are read: add them up by day before."
                )
            columns = [_text(column, kind) for column, kind in types.items() if _SCALAR.fullmatch(kind)]
            if not columns:
                raise SourceError(f"{name} has no column that holds single values.")
            connection.execute(
                f"COPY (SELECT {', '.join(columns)} FROM {parts}) TO {literal(str(target))}"
                " (FORMAT csv, HEADER true, FORCE_QUOTE *, DELIMITER ',', NULLSTR '')"
            )
    except duckdb.Error as error:
        reason = shorten(str(error).partition("\n")[0].replace(str(path.absolute()), name), 160)
        raise SourceError(f"{name} is damaged or can't be read ({reason}): write it anew.") from None
    return types


def _text(column: str, kind: str) -> str:
    """Return the SQL of a column as text that reads back as the same value, under a name on one line."""
    name = f'"{column.replace(chr(34), chr(34) * 2)}"'
    if kind == "TIMESTAMPTZ_NS":
        text = f"CAST({name}::TIMESTAMPTZ AS DATE)::VARCHAR"
    elif kind.startswith("TIMESTAMP"):
        text = f"CAST({name} AS DATE)::VARCHAR"
    elif kind in ("DOUBLE", "FLOAT"):
        text = f"CASE WHEN isnan({name}) THEN NULL ELSE {name}::VARCHAR END"
    elif kind == "BOOLEAN":
        text = f"upper({name}::VARCHAR)"
    elif kind == "VARCHAR" or kind.startswith("ENUM"):
        text = f"replace(replace(replace({name}::VARCHAR, chr(10), ' '), chr(13), ' '), chr(0), '')"
    else:
        text = f"{name}::VARCHAR"
    shown = " ".join(column.split()).replace('"', '""')
    return f'{text} AS "{shown}"'
