"""Which column of a source holds its dates, where the source does not say."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Sequence
from itertools import islice, zip_longest
from pathlib import Path

import duckdb

from metrics.errors import shorten
from metrics.sources.dates import shares_of_dates
from metrics.sources.fetched import TextFile
from metrics.sources.header import BLANKS, unique
from metrics.sources.report import SourceError

_FIRST_RECORDS = 20
_SAMPLE = 1_000
_MOST_NAMES = 12


def find_date_column(
    connection: duckdb.DuckDBPyConnection,
    files: Sequence[TextFile],
    others: Collection[str],
    date_format: str | None,
    timezone: str,
) -> tuple[str, str | None]:
    """Return the first column at least half of whose texts are dates, and a sentence where other columns are so too.

    `files` part their cells by commas; `others` are columns that hold something else. The header is the one of the
    first 20 rows that has most of these. Raises SourceError where no column of any file holds dates.
    """
    wanted = frozenset(other.strip(BLANKS) for other in others)
    seen: dict[str, None] = {}
    empty = True
    for file in files:
        names, columns = _sample(file.path, wanted)
        open_ones = [number for number, name in enumerate(names) if name and name not in wanted]
        shares = shares_of_dates(connection, [columns[number] for number in open_ones], date_format, timezone)
        found = [names[number] for number, share in zip(open_ones, shares, strict=True) if share >= 0.5]
        if found:
            more = ", ".join(shorten(name) for name in found[1:_MOST_NAMES])
            note = f"Columns {shorten(found[0])} and {more} hold dates; {shorten(found[0])} is read." if more else None
            return found[0], note and f"{note} Write 'date:' to choose."
        seen |= dict.fromkeys(name for name in names if name)
        empty &= not any(text.strip(BLANKS) for column in columns for text in column)
    name = files[0].name if files else "The source"
    if empty:
        raise SourceError(f"{name} has no row below its header. Write at least one row with a date.")
    listed = [shorten(name) for name in seen]
    more = f" and {len(listed) - _MOST_NAMES} more" if len(listed) > _MOST_NAMES else ""
    there = f" It has: {', '.join(listed[:_MOST_NAMES])}{more}." if listed else ""
    raise SourceError(f"{name} has no column that holds dates.{there} Write 'date:' and the name of that column.")


def _sample(path: Path, wanted: frozenset[str]) -> tuple[tuple[str, ...], list[list[str]]]:
    """Return the names of the columns and the first texts below each."""
    rows = list(islice(_records(path), _FIRST_RECORDS + _SAMPLE))
    best, most = 0, (0, 0)
    for number, row in enumerate(rows[:_FIRST_RECORDS]):
        names = unique(row)
        found = (len(wanted.intersection(names)), sum(map(bool, names)))
        if found > most:
            best, most = number, found
    names = unique(rows[best]) if rows else ()
    below = [row[: len(names)] for row in rows[best + 1 :]]
    columns = [list(column) for column in zip_longest(*below, fillvalue="")]
    return names, columns + [[] for _ in range(len(names) - len(columns))]


def _records(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            yield from csv.reader(file)
        except csv.Error:  # a cell of 128 KB
            return
