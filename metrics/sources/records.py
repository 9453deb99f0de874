"""Reading a malformed CSV file row by row, so that only the rows that are broken get lost.

DuckDB's reader takes well-formed files only, and as a whole. A file that it refuses is read here by the `csv` module
and written anew, row numbers first, with just the columns that are needed.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from metrics.errors import shorten
from metrics.sources.header import BLANKS, Header
from metrics.sources.report import MOST_PROBLEMS, Problem

# A quote that is still open after so many lines was never meant to go on.
_MOST_LINES = 100


@dataclass(frozen=True)
class Rewritten:
    """What was left out on the way: the first 1,000 broken rows, and how many there were."""

    problems: tuple[Problem, ...]
    problem_count: int


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


def records(file: TextIO, delimiter: str) -> Iterator[tuple[list[str], str | None]]:
    """Yield the cells of each record; where its quotes can't be read, no cells, but its first line."""
    lines = _Lines(file)
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    while True:
        lines.taken.clear()
        try:
            yield next(reader), None
        except StopIteration:
            return
        except csv.Error:
            yield [], lines.keep_first().strip(BLANKS)


def rewrite(path: Path, name: str, header: Header, positions: Sequence[int], target: Path) -> Rewritten:
    """Write the row number and the cells at `positions` of each sound row of `path` to `target`, without a header.

    Rows shorter than the header are filled with blanks; blank rows are dropped.
    """
    problems: list[Problem] = []
    count = 0
    width = len(header.names)
    with (
        path.open(encoding="utf-8-sig", newline="") as file,
        target.open("w", encoding="utf-8", newline="") as rewritten,
    ):
        for _ in range(header.line):
            next(file)
        writer = csv.writer(rewritten, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for row, (record, broken) in enumerate(records(file, header.delimiter), header.row + 1):
            if broken is None and len(record) <= width:
                if record:
                    record += [""] * (width - len(record))
                    writer.writerow([row, *(record[position] for position in positions)])
                continue
            if broken is None and not any(cell.strip(BLANKS) for cell in record):
                continue
            count += 1
            if count <= MOST_PROBLEMS:
                problems.append(
                    _bad_quotes(name, row, broken) if broken is not None else _too_wide(name, row, record, header)
                )
    return Rewritten(tuple(problems), count)


def _bad_quotes(name: str, row: int, line: str) -> Problem:
    return Problem(
        name,
        row,
        None,
        shorten(line),
        "has a quote that is not closed, or text after a closing quote; the row was left out",
        'quotes in pairs around a whole cell, and a quote inside it twice: "a ""b"" c"',
    )


def _too_wide(name: str, row: int, record: list[str], header: Header) -> Problem:
    sign = {"\t": "a tab", ",": "a comma", ";": "a semicolon", "|": "a bar"}[header.delimiter]
    return Problem(
        name,
        row,
        None,
        shorten(header.delimiter.join(record)),
        f"has {len(record)} cells where the header has {len(header.names)}; the row was left out",
        f'cells that hold {sign} in quotes, such as "523{header.delimiter}419", or without it',
    )
