"""A table of which nothing is known: where its header is, which column holds the dates, and what its cells are."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from metrics.errors import shorten
from metrics.sources.files import DELIMITERS, look_at
from metrics.sources.header import BLANKS, Header, find_header, unique
from metrics.sources.report import SourceError

_FIRST_ROWS = 20
_SAMPLE = 300
MOST_ROWS = 500_000
_SHARE_OF_DATES = 0.5
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATE = re.compile(
    r"(?:[a-z]{3,9}[.,]*\s+|[a-z]{3,9},)?"
    r"(?:[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9]"
    r"|[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:[0-9]{4}|[0-9]{2})"
    rf"|[0-9]{{1,2}}(?:st|nd|rd|th)?[-/. ]\s*{_MONTH}[-/., ]\s*[0-9]{{2,4}}"
    rf"|{_MONTH}[-/. ]\s*[0-9]{{1,2}}(?:st|nd|rd|th)?[-/., ]+\s*[0-9]{{2,4}})"
    r"(?:[t ,]+[0-9]{1,2}:.*)?",
    re.IGNORECASE,
)
_DATE_NAME = re.compile(r"date|day|datum|dag|tag|fecha|data|jour|week|month|period|time", re.IGNORECASE)


@dataclass(frozen=True)
class StartTable:
    """A table's header, the position of its date column, and its cells by column, without blanks around them.

    `cut`: there are more rows than were looked at.
    """

    name: str
    header: Header
    date: int
    columns: tuple[tuple[str, ...], ...]
    cut: bool = False


def read_table(path: Path, name: str) -> StartTable:
    """Return the table in a text file; `name` is what messages call it.

    The header may stand anywhere in the first 20 rows, with any of the delimiters that a CSV source knows. Raises
    SourceError where the file is no text, or no column of it holds dates.
    """
    look_at(path, name)
    found = [candidate for delimiter in DELIMITERS if (candidate := _candidate(path, delimiter))]
    if not found:
        raise SourceError(_no_dates(path, name))
    _, names, date = max(found, key=lambda candidate: candidate[0])
    header = find_header(path, name, names[date], names)
    if header.names != names:
        raise SourceError(
            f"Row {header.row} of {name} holds '{shorten(names[date])}' too, which is the name of the column of dates"
            f" further down: delete the rows above the header."
        )
    position = header.position(names[date])
    assert position is not None, "find_header looks for it"
    rows = _records(path, header.delimiter, MOST_ROWS + 1)
    return StartTable(name, header, position, _columns(rows[header.row : MOST_ROWS], header), len(rows) > MOST_ROWS)


def looks_like_date(text: str) -> bool:
    """Return whether a cell's text has the shape of a date."""
    return len(text) <= 60 and _DATE.fullmatch(text) is not None


def _candidate(path: Path, delimiter: str) -> tuple[int, tuple[str, ...], int] | None:
    """Return the widest header that stands above dates: how many names it has, the names, and the dates' position."""
    records = _records(path, delimiter, _FIRST_ROWS + _SAMPLE)
    best: tuple[tuple[int, bool], tuple[str, ...], int] | None = None
    for position in range(max(map(len, records), default=0)):
        cells = [record[position].strip(BLANKS) if position < len(record) else "" for record in records]
        above: int | None = None
        for row, cell in enumerate(cells):
            if not cell:
                continue
            if not looks_like_date(cell):
                above = row if row < _FIRST_ROWS else None
                continue
            if above is None or not _are_dates(cells[above + 1 :]):
                continue
            names = unique(records[above])
            score = (sum(map(bool, names)), _DATE_NAME.search(names[position]) is not None)
            if best is None or score > best[0]:
                best = score, names, position
            above = None
    return best and (best[0][0], best[1], best[2])


def _are_dates(cells: Sequence[str]) -> bool:
    written = [cell for cell in cells if cell]
    return sum(map(looks_like_date, written)) >= _SHARE_OF_DATES * len(written)


def _records(path: Path, delimiter: str, most: int) -> list[list[str]]:
    records = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            for record in islice(csv.reader(file, delimiter=delimiter, skipinitialspace=True), most):
                records.append(record)
        except csv.Error:  # a cell of 128 KB: a quote that never closes
            pass
    return records


def _columns(rows: Sequence[Sequence[str]], header: Header) -> tuple[tuple[str, ...], ...]:
    width = len(header.names)
    padded = [([*row, *[""] * width])[:width] for row in rows if row]
    return tuple(tuple(cell.strip(BLANKS) for cell in column) for column in zip(*padded, strict=True)) or ((),) * width


def _no_dates(path: Path, name: str) -> str:
    widest = max(
        (record for delimiter in DELIMITERS for record in _records(path, delimiter, _FIRST_ROWS)), key=len, default=[]
    )
    names = [shorten(cell, 30) for cell in widest if cell.strip(BLANKS)][:12]
    there = f" Its columns are: {', '.join(names)}." if names else ""
    return (
        f"No column of {name} holds dates below a name.{there} Write a header in one of the first 20 rows, and below"
        f" it a column with a day in each row, such as 2026-01-31."
    )
