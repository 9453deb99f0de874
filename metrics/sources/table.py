"""One CSV file as a relation that DuckDB reads, and the way from its rows back to those that a spreadsheet shows."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import duckdb
import numpy as np

from metrics.sources.fetched import TextFile
from metrics.sources.files import CHUNK, look_at
from metrics.sources.header import BLANKS, Header, find_header
from metrics.sources.records import rewrite
from metrics.sources.report import Problem, SourceError

_ALL_SIGNS = bytes(range(256))
_AFTER_BLANK = b' "\r\n'
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Table:
    """A file with its header. In SQL its columns are `c0`, `c1`, ... by their position; `date` is one.

    `sound` is False where DuckDB's reader alone would take some cells for what they are not. `rewritten` is the copy
    of a malformed file, without its `broken` rows; `problems` tell what is wrong with them.
    """

    file: TextFile
    header: Header
    date: int
    sound: bool
    rewritten: Path | None = None
    positions: tuple[int, ...] = ()
    problems: tuple[Problem, ...] = field(default=(), repr=False)
    broken: tuple[int, ...] = field(default=(), repr=False)

    @property
    def name(self) -> str:
        """What messages call the file."""
        return self.file.name

    @property
    def path(self) -> Path:
        """Where the text lies."""
        return self.file.path

    def column(self, position: int) -> str:
        """Return what messages call a column: its name, and its letter where the file was a sheet."""
        name = self.header.names[position]
        if self.file.first_column is None:
            return name
        return f"{name} (column {letters(self.file.first_column + position)})"

    def typed(self, types: Mapping[int, str]) -> str:
        """Return the SQL relation with columns of the given types; text otherwise, dates as 2020-01-05."""
        columns = ((position, types.get(position, "VARCHAR")) for position in range(len(self.header.names)))
        return _reader(
            self.path,
            self.header.delimiter,
            {f"c{position}": kind for position, kind in columns},
            # Small buffers let DuckDB's threads share a file of a few megabytes.
            f"skip={self.header.line}, null_padding=true, dateformat='%Y-%m-%d', max_line_size=2000000,"
            f" buffer_size=4000000",
        )

    def texts(self, positions: Collection[int], numbered: bool = True) -> str:
        """Return a query for the columns at `positions` as text and, if `numbered`, `row`.

        For a file that was not rewritten `row` counts the rows below the header that are not blank; `spreadsheet_rows`
        makes rows of a spreadsheet of them. Without it DuckDB reads the parts of a file at the same time.
        """
        names = ", ".join(f"c{position}" for position in sorted(set(positions)))
        if self.rewritten is not None:
            columns = {"row": "BIGINT", **{f"c{position}": "VARCHAR" for position in self.positions}}
            copy = _reader(self.rewritten, ",", columns, "parallel=false, max_line_size=30000000")
            return f"SELECT row, {names} FROM {copy}"
        if not numbered:
            return f"SELECT {names} FROM {self.typed({})}"
        # Without an order of its own, row_number() counts rows as the file has them, for the reader then runs alone.
        return f"SELECT row_number() OVER () AS row, {names} FROM {self.typed({})}"

    def rewrite(self, positions: Collection[int], target: Path) -> Table:
        """Return the table read row by row into the new file `target`, less the rows that are broken."""
        kept = tuple(sorted(set(positions)))
        try:
            done = rewrite(self.path, self.name, self.header, kept, target)
        except (OSError, UnicodeError) as error:
            raise SourceError(f"{self.name} can't be read: {error}.") from None
        return replace(
            self,
            rewritten=target,
            positions=kept,
            problems=done.problems,
            broken=done.broken,
        )

    def spreadsheet_rows(self, rows: Iterable[int]) -> dict[int, int]:
        """Return for numbers of rows, as `texts` gives them, the rows that a spreadsheet shows."""
        wanted, shift = set(rows), self.file.first_row - 1
        if self.rewritten is not None or not wanted:
            return {row: row + shift for row in wanted}
        # No cell of a file that DuckDB took holds a line break: a line is a row.
        found: dict[int, int] = {}
        count, last = 0, max(wanted)
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            for number, line in enumerate(file, 1):
                if number <= self.header.line or not line.strip("\r\n"):
                    continue
                count += 1
                if count in wanted:
                    found[count] = self.header.row + number - self.header.line + shift
                if count >= last:
                    break
        return found


def open_table(file: TextFile, date: str, others: Collection[str]) -> Table:
    """Return the table in a file; `date` is its date column, `others` the further columns that are wanted.

    Raises SourceError where the file is no text or has no such header.
    """
    text = look_at(file.path, file.name)
    header = find_header(file.path, file.name, date, others)
    sound = text.plain and len(header.names) > 1 and _has_plain_top(file.path, header)
    if sound and text.trailing & {header.delimiter, " ", '"'}:
        sound = not _has_wide_line(file.path, header)
    position = header.position(date)
    assert position is not None, "find_header looks for it"
    return Table(file, header, position, sound)


def letters(column: int) -> str:
    """Return the letters of a sheet's column, the first being 1: A, B, ..., Z, AA."""
    found = ""
    while column > 0:
        column, sign = divmod(column - 1, 26)
        found = chr(ord("A") + sign) + found
    return found


def _has_plain_top(path: Path, header: Header) -> bool:
    """Return whether DuckDB, told to skip the lines down to the header, skips just these: it minds quotes in them."""
    if header.row != header.line:
        return False
    with path.open("rb") as file:
        return not any(b'"' in line for line in islice(file, header.line - 1))


def _has_wide_line(path: Path, header: Header) -> bool:
    """Return whether a line ends with a blank cell and has more delimiters than the header.

    DuckDB drops a blank cell at the end of a row that is too wide; but in `2020-01-04,1,234,` it was not the blank
    that was too many.
    """
    with path.open("rb") as file:
        for _ in range(header.line):
            file.readline()
        begun: list[bytes] = []
        while chunk := file.read(CHUNK):
            lines, end, rest = chunk.rpartition(b"\n")
            if end:
                if _any_wide(b"".join((*begun, lines)), header):
                    return True
                begun.clear()
            begun.append(rest)
        return _any_wide(b"".join(begun), header)


def _any_wide(lines: bytes, header: Header) -> bool:
    """Return whether one of some whole lines is as `_has_wide_line` says."""
    delimiter = header.delimiter.encode()
    signs = np.frombuffer(lines + b"\n", np.uint8)
    ends = np.flatnonzero(signs == ord("\n"))
    starts = np.concatenate(([0], ends[:-1] + 1))
    may_end_blank = np.zeros(256, bool)
    may_end_blank[list(delimiter + _AFTER_BLANK)] = True
    looked_at = np.flatnonzero(may_end_blank[signs[ends - 1]])
    if looked_at.size * 10 > ends.size:
        marks = lines.translate(None, _ALL_SIGNS.translate(None, delimiter + b"\n")) + b"\n"
        regular = delimiter * (len(header.names) - 1) + b"\n"
        count, more = divmod(len(marks), len(regular))
        if not more and marks == regular * count:  # all lines are as wide as the header
            return False
    return any(
        lines.count(delimiter, start, end) >= len(header.names)
        and lines[start:end].rstrip(_AFTER_BLANK).endswith(delimiter)
        for start, end in zip(starts[looked_at].tolist(), ends[looked_at].tolist(), strict=True)
    )


def _reader(path: Path, delimiter: str, columns: Mapping[str, str], options: str) -> str:
    # A name with brackets or a star in it is a pattern to DuckDB.
    exact = re.sub(r"([\[*?])", r"[\1]", str(path.absolute()))
    struct = ", ".join(f"{name}: '{kind}'" for name, kind in columns.items())
    return (
        f"read_csv({literal(exact)}, auto_detect=false, header=false, delim={literal(delimiter)}, quote='\"',"
        f" escape='\"', nullstr='', strict_mode=true, hive_partitioning=false, compression='none',"
        f" columns={{{struct}}}, {options})"
    )


def storable(text: str) -> str:
    """Return `text` without lone halves of surrogate pairs: no UTF-8 file holds any, nor the NUL in their place."""
    return _SURROGATE.sub("\0", text)


def literal(text: str) -> str:
    """Return `text` as a string in SQL."""
    quoted = storable(text).replace("'", "''").replace("\0", "' || chr(0) || '")
    return f"'{quoted}'"


def trimmed(column: str) -> str:
    """Return the SQL of a text column without blanks around it; '' where it is NULL."""
    # Trimming more than spaces is slow, and hardly any text needs it: most begin and end with a plain sign.
    return (
        f"(CASE WHEN {column} >= '!' AND {column} < chr(127) AND {column}[-1] BETWEEN '!' AND '~' THEN {column}"
        f" ELSE coalesce(trim({column}, {literal(BLANKS)}), '') END)"
    )


def scalar(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    """Return the one whole number that a query gives; 0 for NULL."""
    found = connection.execute(query).fetchone()
    return int(found[0] or 0) if found else 0
