"""The header of a CSV file: where it stands, what parts its cells, and the names of its columns."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from metrics.errors import nearest, shorten
from metrics.sources.files import DELIMITERS
from metrics.sources.report import SourceError

# What is cut off both ends of names and cells: white space as people paste it, with the invisible kinds, and the marks
# for the direction of reading that some systems copy along.
BLANKS = (
    " \t\r\n\v\f\u00a0\u2007\u2009\u202f\u3000\u200b\ufeff"
    "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)

_FIRST_RECORDS = 20
_MOST_NAMES = 12


@dataclass(frozen=True)
class Header:
    """The names of a file's columns, each once. `row` and `line` tell where it ends: as a spreadsheet counts rows,
    and in lines of the file; they differ where a quoted cell above it holds a line break.
    """

    names: tuple[str, ...]
    delimiter: str
    row: int
    line: int

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {name: position for position, name in reversed(list(enumerate(self.names))) if name}

    def position(self, name: str) -> int | None:
        """Return the number of a column, the first being 0, or None where there is none of that name."""
        return self._positions.get(name.strip(BLANKS))

    def missing(self, file: str, name: str) -> str:
        """Return the sentence that says that `file` has no column `name`, with the nearest one or all that it has."""
        return no_column(file, name, self.names)


def no_column(file: str, name: str, names: Sequence[str]) -> str:
    """Return the sentence that says that `file` has no column `name`."""
    known = [shorten(known) for known in names if known]
    close = nearest(name, known)
    more = f" and {len(known) - _MOST_NAMES} more" if len(known) > _MOST_NAMES else ""
    there = f" Did you mean '{close}'?" if close else f" It has: {', '.join(known[:_MOST_NAMES])}{more}."
    return f"{file} has no column '{shorten(name)}'.{there if known else ''}"


def find_header(path: Path, name: str, date: str, others: Collection[str]) -> Header:
    """Return the header of a file: the first of its first 20 rows that has the column `date`.

    The delimiter is the one with which that row has most of the columns `others`. Raises SourceError where no row
    has the column `date`, with the columns of the row that looks most like a header.
    """
    date = date.strip(BLANKS)
    wanted = {other.strip(BLANKS) for other in others}
    best: Header | None = None
    most = -1
    likeliest: Sequence[str] = ()
    likely = (0, 0)
    for delimiter in DELIMITERS:
        for row, line, record in _first_records(path, delimiter):
            names = unique(record)
            if date in names:
                found = len(wanted.intersection(names))
                if found > most:
                    best, most = Header(names, delimiter, row, line), found
                break
            like = (len(wanted.intersection(names)), sum(map(bool, names)))
            if like > likely:
                likeliest, likely = names, like
    if best is None:
        raise SourceError(f"{no_column(name, date, likeliest)} Check 'date:' and the first row.")
    return best


def unique(names: Sequence[str]) -> tuple[str, ...]:
    """Return names without blanks around them; a second `Name` becomes `Name.1`, unless the file has that too."""
    stripped = [name.strip(BLANKS) for name in names]
    taken = set(stripped)
    last: dict[str, int] = {}
    result = []
    for name in stripped:
        # Behind the last number: to try all from 1 on takes minutes for 20,000 equal names.
        number = last.get(name, -1) + 1
        while number and f"{name}.{number}" in taken:
            number += 1
        last[name] = number
        result.append(f"{name}.{number}" if name and number else name)
    return tuple(result)


def _first_records(path: Path, delimiter: str) -> Iterator[tuple[int, int, list[str]]]:
    """Yield the row, the last line and the cells of the first records."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter, skipinitialspace=True)
        try:
            for row, record in enumerate(islice(reader, _FIRST_RECORDS), 1):
                yield row, reader.line_num, record
        except csv.Error:  # a cell of 128 KB: a quote that never closes
            return
