"""Reading a malformed CSV file row by row, so that only the rows that are broken get lost.

DuckDB's reader takes well-formed files only, and as a whole. A file that it refuses is read here by the `csv` module
and written anew, row numbers first, with just the columns that are needed.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, TextIO

from metrics.errors import shorten
from metrics.sources.header import BLANKS, Header
from metrics.sources.report import MOST_PROBLEMS, Problem

# A quote that is still open after so many lines was never meant to go on.
_MOST_LINES = 100

# The limit of the csv module. It could be raised for the whole process only, and it also ends the search for the end
# of a quote that was never closed.
_LONGEST = 131_072

# The cells on both sides of the comma in `1,234` and `1,5`.
_BEFORE_COMMA = re.compile(r"[^0-9]*[0-9]+(?:[.\s'\u2019][0-9]{3})*\s*")
_BEHIND_COMMA = re.compile(r"\s*[0-9]+(?:(?<=[0-9]{3})[^0-9].*|[^0-9]*)", re.DOTALL)

_SIGNS = {"\t": "a tab", ",": "a comma", ";": "a semicolon", "|": "a bar"}


@dataclass(frozen=True)
class Rewritten:
    """What was left out on the way: the numbers of the broken rows, and what is wrong with the first 1,000."""

    problems: tuple[Problem, ...]
    broken: tuple[int, ...]


class Fault(NamedTuple):
    """A record that can't be read: its first line, what is wrong with it, and what to write instead."""

    line: str
    what: str
    write: str


class _Lines(Iterator[str]):
    """The lines of a file, for a reader that may turn out to have taken too many for one record."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._ahead: deque[str] = deque()
        self.taken: list[str] = []

    def __next__(self) -> str:
        if len(self.taken) == _MOST_LINES:
            raise StopIteration
        line = self._ahead.popleft() if self._ahead else next(self._file)
        self.taken.append(line)
        return line

    def keep_first(self) -> str:
        """Give back all lines of the record but its first, and return that."""
        first, *rest = self.taken
        self._ahead.extendleft(reversed(rest))
        return first


def records(file: TextIO, delimiter: str) -> Iterator[list[str] | Fault]:
    """Yield the cells of each record; a fault where its quotes can't be read, or a cell is too long."""
    lines = _Lines(file)
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    while True:
        lines.taken.clear()
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            length = sum(map(len, lines.taken))
            first = lines.keep_first()
            cells = _long_cells(first, delimiter) if len(first) > _LONGEST else None
            yield cells or (_too_long(first) if length > _LONGEST else _bad_quotes(first))


def _long_cells(line: str, delimiter: str) -> list[str] | None:
    """Return the cells of a line as the csv module would, if it took cells of any length; None for bad quotes."""
    cell = re.compile(rf' *+(?:"((?:[^"]++|"")*+)"|(?!")([^{delimiter}]*+))(\{delimiter}|\Z)')
    line = line.rstrip("\r\n")
    cells: list[str] = []
    at = 0
    while found := cell.match(line, at):
        quoted, plain, end = found.groups()
        cells.append(plain if quoted is None else quoted.replace('""', '"'))
        if not end:
            return cells
        at = found.end()
    return None


def rewrite(path: Path, name: str, header: Header, positions: Sequence[int], target: Path) -> Rewritten:
    """Write the row number and the cells at `positions` of each sound row of `path` to `target`, without a header.

    Rows shorter than the header are filled with blanks; blank rows are dropped.
    """
    problems: list[Problem] = []
    broken: list[int] = []
    width = _width(path, header)
    with target.open("w", encoding="utf-8", newline="") as rewritten:
        writer = csv.writer(rewritten, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for row, record in enumerate(_below(path, header), header.row + 1):
            if not any(record):
                continue
            kept = _kept(record, width, positions, header)
            if kept is None:
                continue
            if isinstance(kept, list):
                writer.writerow([row, *kept])
                continue
            broken.append(row)
            if len(broken) <= MOST_PROBLEMS:
                problems.append(Problem(name, row, None, *kept))
    return Rewritten(tuple(problems), tuple(broken))


def _below(path: Path, header: Header) -> Iterator[list[str] | Fault]:
    """Yield the records below the header."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for _ in range(header.line):
            next(file)
        yield from records(file, header.delimiter)


def _width(path: Path, header: Header) -> int:
    """Return how many cells a row may have: more than the header where all rows end with so many blank ones.

    One row has to show that these are what is too many. In `2020-01-04,1,234,` it may be the 234, also in every row.
    """
    own = len(header.names)
    widths = set()
    shown = header.delimiter != ","
    for record in _below(path, header):
        if isinstance(record, Fault) or not _filled(record):
            continue
        widths.add(len(record))
        if len(widths) > 1 or len(record) <= own or _filled(record[own:]):
            return own
        shown = shown or not any(
            _BEFORE_COMMA.fullmatch(one) and _BEHIND_COMMA.fullmatch(other) for one, other in pairwise(record)
        )
    return widths.pop() if widths and shown else own


def _filled(cells: Sequence[str]) -> bool:
    return any(cell.strip(BLANKS) for cell in cells)


def _kept(record: list[str] | Fault, width: int, positions: Sequence[int], header: Header) -> list[str] | Fault | None:
    """Return the cells at `positions` of a sound record, with blanks where it is too short; None where all are."""
    if isinstance(record, Fault):
        return record
    if len(record) > width:
        return _too_wide(record, header) if _filled(record) else None
    record += [""] * (width - len(record))
    kept = [record[position] for position in positions]
    return _too_long(header.delimiter.join(record)) if max(map(len, kept)) > _LONGEST else kept


def _bad_quotes(line: str) -> Fault:
    return Fault(
        shorten(line.strip(BLANKS)),
        "has a quote that is not closed, or text after a closing quote; the row was left out",
        'quotes in pairs around a whole cell, and a quote inside it twice: "a ""b"" c"',
    )


def _too_long(line: str) -> Fault:
    return Fault(
        shorten(line.strip(BLANKS)),
        f"has a cell of more than {_LONGEST:,} signs; the row was left out",
        "a shorter cell, or the quote that was to end it",
    )


def _too_wide(record: Sequence[str], header: Header) -> Fault:
    sign, width = _SIGNS[header.delimiter], len(header.names)
    what = f"has {len(record)} cells where the header has {width}"
    write = f'cells that hold {sign} in quotes, such as "523{header.delimiter}419", or without it'
    if not _filled(record[width:]):
        what += ", and ends with a blank one"
        write += "; if no cell holds one, one less at the end of the row, or one more at the end of the header"
    return Fault(shorten(header.delimiter.join(record)), f"{what}; the row was left out", write)
